"""The DNS stub on the connection's virtual address: names of the cluster are asked there, all others as before.

`deciding` says where a name is asked (pure), `messages` reads and makes DNS messages, `rewriting` renames the
cluster's answers, `resolvers` is the configuration, `exchange` asks one server, `answering` puts these together for
one query, `listening` holds the sockets, `stub` is what the worker sees.
dnspython costs 60 ms to import: `stub` imports what needs it when it runs, in a thread.
"""
