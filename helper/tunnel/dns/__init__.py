"""The DNS stub on the connection's virtual address: names of the cluster are asked there, all others as before.

`deciding` says where a name is asked (pure), `messages` reads and writes DNS messages, `exchange` asks one server,
`answering` puts the three together for one query, `listening` holds the sockets, `stub` is what the worker sees.
dnspython costs 60 ms to import: only `messages` and `answering` need it, and `stub` imports them when it runs.
"""
