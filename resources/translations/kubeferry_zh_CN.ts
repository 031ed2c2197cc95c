<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
    <context>
        <name>Kubeferry</name>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>Kubeferry reads what kubectl reads: the files in KUBECONFIG, or ~/.kube/config.</source>
            <translation>Kubeferry 读取的内容与 kubectl 相同：KUBECONFIG 中的文件或 ~/.kube/config。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>No Kubernetes context yet</source>
            <translation>还没有 Kubernetes 上下文</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>Look again</source>
            <translation>重新查找</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>Try again</source>
            <translation>重试</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>Loading workloads …</source>
            <translation>正在加载工作负载…</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>Deployments, StatefulSets and DaemonSets appear here the moment they are created.</source>
            <translation>Deployment、StatefulSet 和 DaemonSet 创建后会立即显示在这里。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>Nothing runs in {place}</source>
            <translation>{place} 中没有运行任何工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>Show all namespaces</source>
            <translation>显示所有命名空间</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>Workloads appear here the moment they are created.</source>
            <translation>工作负载创建后会立即显示在这里。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>Nothing runs in this cluster</source>
            <translation>此集群中没有运行任何工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>this cluster</source>
            <translation>此集群</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>None of the {count} in {place} has “{search}” and is what the chips ask for.</source>
            <translation>{place} 的 {count} 个工作负载中，没有包含“{search}”且符合筛选标签的。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>Clear search and chips</source>
            <translation>清除搜索和筛选标签</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>None of the {count} in {place} has “{search}” in its name, kind, labels or images.</source>
            <translation>{place} 的 {count} 个工作负载中，名称、类型、标签和镜像都不包含“{search}”。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>Clear search</source>
            <translation>清除搜索</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>None of the {count} in {place} is what the chips ask for.</source>
            <translation>{place} 的 {count} 个工作负载中，没有符合筛选标签的。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>Clear all</source>
            <translation>全部清除</translation>
        </message>
        <message>
            <location filename="app/ui/browser/empty_pages.py" />
            <source>No workload matches</source>
            <translation>没有匹配的工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/browser/filter_chips.py" />
            <source>Mine</source>
            <translation>我的</translation>
        </message>
        <message>
            <location filename="app/ui/browser/filter_chips.py" />
            <source>Only workloads that I intercept</source>
            <translation>仅显示我拦截的工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/browser/filter_chips.py" />
            <source>Intercepted</source>
            <translation>已拦截</translation>
        </message>
        <message>
            <location filename="app/ui/browser/filter_chips.py" />
            <source>Only workloads that somebody intercepts</source>
            <translation>仅显示有人拦截的工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/browser/filter_chips.py" />
            <source>Unready</source>
            <translation>未就绪</translation>
        </message>
        <message>
            <location filename="app/ui/browser/filter_chips.py" />
            <source>Only workloads with fewer pods ready than wished</source>
            <translation>仅显示就绪 Pod 少于期望数量的工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/browser/filter_chips.py" />
            <source>Kind</source>
            <translation>类型</translation>
        </message>
        <message>
            <location filename="app/ui/browser/filter_chips.py" />
            <source>Only workloads of some kinds</source>
            <translation>仅显示某些类型的工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/browser/filter_chips.py" />
            <source>{count} kinds</source>
            <translation>{count} 种类型</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>you</source>
            <translation>您</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>Waiting for its pods.</source>
            <translation>正在等待其 Pod。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>Some of its pods are not intercepted yet.</source>
            <translation>部分 Pod 尚未被拦截。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>Active.</source>
            <translation>已生效。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>Its owner is not connected; the traffic goes its normal way.</source>
            <translation>其所有者未连接；流量按正常路径处理。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>Taken over by {who}.</source>
            <translation>已由 {who} 接管。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>Somebody took it out of the workload.</source>
            <translation>有人已将它从工作负载中移除。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>Being worked on: {step}</source>
            <translation>正在处理：{step}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>not possible</source>
            <translation>不可用</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>Cannot be intercepted: {reason}</source>
            <translation>无法拦截：{reason}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>{mode} · {who}</source>
            <translation>{mode} · {who}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>{count} {mode} · {who} +{others}</source>
            <translation>{count} 个{mode} · {who} +{others}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>{mode} · {who} +{others}</source>
            <translation>{mode} · {who} +{others}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>all traffic</source>
            <translation>全部流量</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>{what}, ports {ports}</source>
            <translation>{what}，端口 {ports}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>Since {time}</source>
            <translation>自 {time} 起</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>Connect to see how well it goes.</source>
            <translation>连接后可查看运行状况。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>somebody else</source>
            <translation>其他人</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>{mode} by {who}, {health}</source>
            <translation>{who} 的{mode}，{health}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/intercept_cell.py" />
            <source>{mode} by {who}</source>
            <translation>{who} 的{mode}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/place_menus.py" />
            <source>This machine is connected to it already.</source>
            <translation>本机已连接到它。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/place_menus.py" />
            <source>Connect to {context}</source>
            <translation>连接到 {context}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/place_menus.py" />
            <source>Mark as production</source>
            <translation>标记为生产环境</translation>
        </message>
        <message>
            <location filename="app/ui/browser/place_menus.py" />
            <source>Every change in it asks first.</source>
            <translation>其中的每次更改都会先询问。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/place_menus.py" />
            <source>Copy name</source>
            <translation>复制名称</translation>
        </message>
        <message>
            <location filename="app/ui/browser/place_menus.py" />
            <source>Show {namespace}</source>
            <translation>显示 {namespace}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/place_menus.py" />
            <source>Remove from favourites</source>
            <translation>从收藏中移除</translation>
        </message>
        <message>
            <location filename="app/ui/browser/place_menus.py" />
            <source>Add to favourites</source>
            <translation>添加到收藏</translation>
        </message>
        <message>
            <location filename="app/ui/browser/search_bar.py" />
            <source>Search workloads</source>
            <translation>搜索工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/browser/search_bar.py" />
            <source>Name, kind, namespace, label=value or image; all words must be found</source>
            <translation>名称、类型、命名空间、label=value 或镜像；须包含所有词</translation>
        </message>
        <message>
            <location filename="app/ui/browser/search_bar.py" />
            <source>View only</source>
            <translation>只读</translation>
        </message>
        <message>
            <location filename="app/ui/browser/sidebar.py" />
            <source>Contexts</source>
            <translation>上下文</translation>
        </message>
        <message>
            <location filename="app/ui/browser/sidebar.py" />
            <source>Namespaces</source>
            <translation>命名空间</translation>
        </message>
        <message>
            <location filename="app/ui/browser/sidebar.py" />
            <source>Search contexts</source>
            <translation>搜索上下文</translation>
        </message>
        <message>
            <location filename="app/ui/browser/sidebar.py" />
            <source>Search namespaces</source>
            <translation>搜索命名空间</translation>
        </message>
        <message>
            <location filename="app/ui/browser/sidebar.py" />
            <source>CONTEXTS</source>
            <translation>上下文</translation>
        </message>
        <message>
            <location filename="app/ui/browser/sidebar.py" />
            <source>NAMESPACES</source>
            <translation>命名空间</translation>
        </message>
        <message>
            <location filename="app/ui/browser/sidebar.py" />
            <source>RECENT</source>
            <translation>最近</translation>
        </message>
        <message>
            <location filename="app/ui/browser/sidebar.py" />
            <source>OTHERS</source>
            <translation>其他</translation>
        </message>
        <message>
            <location filename="app/ui/browser/sidebar.py" />
            <source>All namespaces</source>
            <translation>所有命名空间</translation>
        </message>
        <message>
            <location filename="app/ui/browser/sidebar.py" />
            <source>{name}, {state}, production</source>
            <translation>{name}，{state}，生产环境</translation>
        </message>
        <message>
            <location filename="app/ui/browser/sidebar.py" />
            <source>{name}, {state}</source>
            <translation>{name}，{state}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/sidebar.py" />
            <source>Cluster {cluster}, namespace {namespace}</source>
            <translation>集群 {cluster}，命名空间 {namespace}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/sidebar.py" />
            <source>Production: every change asks first.</source>
            <translation>生产环境：每次更改都会先询问。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/sidebar.py" />
            <source>{name}, favourite</source>
            <translation>{name}，已收藏</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_columns.py" />
            <source>KIND</source>
            <translation>类型</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_columns.py" />
            <source>NAME</source>
            <translation>名称</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_columns.py" />
            <source>NAMESPACE</source>
            <translation>命名空间</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_columns.py" />
            <source>READY</source>
            <translation>就绪</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_columns.py" />
            <source>AGE</source>
            <translation>时长</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_columns.py" />
            <source>INTERCEPT</source>
            <translation>拦截</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_columns.py" />
            <source>TRAFFIC</source>
            <translation>流量</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_menu.py" />
            <source>Show details</source>
            <translation>显示详情</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_menu.py" />
            <source>Mesh…</source>
            <translation>网格…</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_menu.py" />
            <source>Proxy…</source>
            <translation>代理…</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_menu.py" />
            <source>Copy {count} names</source>
            <translation>复制 {count} 个名称</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_menu.py" />
            <source>Copy address</source>
            <translation>复制地址</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_menu.py" />
            <source>Copy {count} addresses</source>
            <translation>复制 {count} 个地址</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_menu.py" />
            <source>Show only {kind}s</source>
            <translation>仅显示 {kind}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_menu.py" />
            <source>Show only namespace {namespace}</source>
            <translation>仅显示命名空间 {namespace}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_menu.py" />
            <source>You do not intercept it.</source>
            <translation>您没有拦截它。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_menu.py" />
            <source>You intercept none of them.</source>
            <translation>您没有拦截其中任何一个。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_menu.py" />
            <source>Stop intercept</source>
            <translation>停止拦截</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_menu.py" />
            <source>Stop {count} intercepts</source>
            <translation>停止 {count} 个拦截</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_menu.py" />
            <source>Select one workload: each has its own plan.</source>
            <translation>请选择一个工作负载：每个都有自己的计划。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_menu.py" />
            <source>It is being worked on: {step}</source>
            <translation>正在处理：{step}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_table.py" />
            <source>Not live: {problem}</source>
            <translation>非实时：{problem}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_table.py" />
            <source>{count} workload</source>
            <translation>{count} 个工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_table.py" />
            <source>{count} workloads</source>
            <translation>{count} 个工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_table.py" />
            <source>{shown} of {known} workloads</source>
            <translation>{known} 个工作负载中的 {shown} 个</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_table.py" />
            <source>{count} selected</source>
            <translation>已选择 {count} 个</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_table.py" />
            <source>you may not see {kinds}</source>
            <translation>您无权查看 {kinds}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_texts.py" />
            <source>{ready} of {desired} ready</source>
            <translation>{desired} 个中有 {ready} 个就绪</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_texts.py" />
            <source>Not intercepted</source>
            <translation>未拦截</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_texts.py" />
            <source>No traffic</source>
            <translation>没有流量</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_texts.py" />
            <source>Its traffic goes its normal way.</source>
            <translation>它的流量按正常路径处理。</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_texts.py" />
            <source>{now} now, at most {most} in the last minute</source>
            <translation>当前 {now}，最近一分钟最高 {most}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_texts.py" />
            <source>{kind} {name} in {namespace}</source>
            <translation>命名空间 {namespace} 中的 {kind} {name}</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_texts.py" />
            <source>and {count} more</source>
            <translation>以及另外 {count} 个</translation>
        </message>
        <message>
            <location filename="app/ui/browser/workload_view.py" />
            <source>Workloads</source>
            <translation>工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Kubeconfig</source>
            <translation>Kubeconfig</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Login</source>
            <translation>登录</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>API server</source>
            <translation>API 服务器</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Traffic manager</source>
            <translation>流量管理器</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Rights</source>
            <translation>权限</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Subnets</source>
            <translation>子网</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Helper</source>
            <translation>辅助服务</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Overlaps</source>
            <translation>重叠</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Leftovers</source>
            <translation>遗留内容</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Connection</source>
            <translation>连接</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>credentials are there.</source>
            <translation>有凭据。</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>there is none.</source>
            <translation>没有。</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>nobody left anything in workloads.</source>
            <translation>工作负载中没有任何遗留内容。</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>the cluster's subnets could not be found out.</source>
            <translation>无法查明集群的子网。</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Connecting installs it.</source>
            <translation>连接时会安装它。</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Name them with --include.</source>
            <translation>请用 --include 指定。</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Take it away; whoever is connected keeps theirs.</source>
            <translation>请移除它；已连接的人不受影响。</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Restart the helper: it cleans up when it starts.</source>
            <translation>请重启辅助服务：它在启动时会清理。</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Reading the kubeconfig</source>
            <translation>正在读取 kubeconfig</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Logging in</source>
            <translation>正在登录</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Looking for the traffic manager</source>
            <translation>正在查找流量管理器</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Finding out the cluster's subnets</source>
            <translation>正在查找集群的子网</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Asking the helper</source>
            <translation>正在询问辅助服务</translation>
        </message>
        <message>
            <location filename="app/ui/check_words.py" />
            <source>Looking for what vanished owners left</source>
            <translation>正在查找已离线所有者的遗留内容</translation>
        </message>
        <message>
            <location filename="app/ui/connection/connect_switch.py" />
            <source>Disconnect</source>
            <translation>断开连接</translation>
        </message>
        <message>
            <location filename="app/ui/connection/connect_switch.py" />
            <source>Connect</source>
            <translation>连接</translation>
        </message>
        <message>
            <location filename="app/ui/connection/connect_switch.py" />
            <source>Press to disconnect.</source>
            <translation>按下可断开连接。</translation>
        </message>
        <message>
            <location filename="app/ui/connection/connect_switch.py" />
            <source>Press to connect.</source>
            <translation>按下可连接。</translation>
        </message>
        <message>
            <location filename="app/ui/connection/problem_panel.py" />
            <source>Details</source>
            <translation>详情</translation>
        </message>
        <message>
            <location filename="app/ui/connection/problem_panel.py" />
            <source>Set up</source>
            <translation>设置</translation>
        </message>
        <message>
            <location filename="app/ui/connection/problem_panel.py" />
            <source>Dismiss</source>
            <translation>关闭</translation>
        </message>
        <message>
            <location filename="app/ui/connection/problem_panel.py" />
            <source>Not undone: {left}.</source>
            <translation>未能撤销：{left}。</translation>
        </message>
        <message>
            <location filename="app/ui/connection/state_bar.py" />
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <location filename="app/ui/connection/state_bar.py" />
            <source>More</source>
            <translation>更多</translation>
        </message>
        <message>
            <location filename="app/ui/connection/state_bar.py" />
            <source>Routed into the cluster:</source>
            <translation>路由到集群的网段：</translation>
        </message>
        <message>
            <location filename="app/ui/connection/state_bar.py" />
            <source>RTT {time}</source>
            <translation>RTT {time}</translation>
        </message>
        <message>
            <location filename="app/ui/connection/state_bar.py" />
            <source>{count} intercept</source>
            <translation>{count} 个拦截</translation>
        </message>
        <message>
            <location filename="app/ui/connection/state_bar.py" />
            <source>{count} intercepts</source>
            <translation>{count} 个拦截</translation>
        </message>
        <message>
            <location filename="app/ui/connection/state_bar.py" />
            <source>No cluster chosen yet</source>
            <translation>尚未选择集群</translation>
        </message>
        <message>
            <location filename="app/ui/connection/state_bar.py" />
            <source>Switch to {context}</source>
            <translation>切换到 {context}</translation>
        </message>
        <message>
            <location filename="app/ui/connection/state_bar.py" />
            <source>This context is marked as production: every change asks.</source>
            <translation>此上下文已标记为生产环境：每次更改都会先询问。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>Versions of Kubeferry, Python and the operating system</source>
            <translation>Kubeferry、Python 和操作系统的版本</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>The results of all checks</source>
            <translation>所有检查的结果</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>The connection: addresses, routes, names, your intercepts</source>
            <translation>连接信息：地址、路由、域名和您的拦截</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>When the tunnel was lost, why, and for how long</source>
            <translation>隧道何时中断、原因以及持续多久</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>The end of the background process's log</source>
            <translation>后台进程日志的末尾部分</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>Whether the helper answers, and what it holds for you</source>
            <translation>辅助服务是否响应，以及它为您保留了什么</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>This machine's interfaces, routes and resolvers</source>
            <translation>本机的网络接口、路由和解析器</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>The traffic manager's pods and how they are</source>
            <translation>流量管理器的 Pod 及其状态</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>The last lines of the traffic manager's log, if you may read it</source>
            <translation>流量管理器日志的最后几行（如果您有权读取）</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>Save diagnostics</source>
            <translation>保存诊断信息</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>Open folder</source>
            <translation>打开文件夹</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>Save…</source>
            <translation>保存…</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>It is being saved.</source>
            <translation>正在保存。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>Archives</source>
            <translation>归档文件</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>One file for whoever looks into a fault</source>
            <translation>包含排查故障所需全部内容的一个文件</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>Tokens, passwords, keys, certificates and cookies are taken out. Names of hosts, users, namespaces and workloads stay in, and so do addresses: look through it before you send it to somebody.</source>
            <translation>令牌、密码、密钥、证书和 Cookie 会被去除。主机、用户、命名空间和工作负载的名称以及地址会保留：发送给他人之前请先查看。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>Gathering… this takes a few seconds when the cluster does not answer.</source>
            <translation>正在收集…如果集群没有响应，这会花几秒钟。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>It was not saved. {reason}</source>
            <translation>未能保存。{reason}</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/bundle_dialog.py" />
            <source>Saved as {path}.</source>
            <translation>已保存为 {path}。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/check_row.py" />
            <source>Copied</source>
            <translation>已复制</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/check_row.py" />
            <source>Excluded</source>
            <translation>已排除</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/check_row.py" />
            <source>Done: it counts from the next connection on.</source>
            <translation>完成：从下一次连接起生效。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/connection_page.py" />
            <source>Copy all</source>
            <translation>全部复制</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/connection_page.py" />
            <source>Not connected</source>
            <translation>没有连接</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/connection_page.py" />
            <source>Routes, names, the lease and the round trips are shown here while there is a connection.</source>
            <translation>有连接时，这里会显示路由、域名、租约和往返时间。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/connection_page.py" />
            <source>Connection details</source>
            <translation>连接详情</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/connection_page.py" />
            <source>Round trip</source>
            <translation>往返时间</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Cluster</source>
            <translation>集群</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Tunnel</source>
            <translation>隧道</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Routes</source>
            <translation>路由</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Names</source>
            <translation>域名</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>State</source>
            <translation>状态</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Reason</source>
            <translation>原因</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Since</source>
            <translation>开始时间</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Context</source>
            <translation>上下文</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Namespace</source>
            <translation>命名空间</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Kubernetes</source>
            <translation>Kubernetes</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Manager version</source>
            <translation>管理器版本</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>{time} ago</source>
            <translation>{time} 前</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>one reconnect</source>
            <translation>重新连接 1 次</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>{count} reconnects</source>
            <translation>重新连接 {count} 次</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Lanes</source>
            <translation>通道</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Interface</source>
            <translation>网络接口</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Addresses</source>
            <translation>地址</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>MTU</source>
            <translation>MTU</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>{count} bytes</source>
            <translation>{count} 字节</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Lease</source>
            <translation>租约</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Held by</source>
            <translation>持有者</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Connection id</source>
            <translation>连接 ID</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Last probe</source>
            <translation>上次探测</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>One, a port-forward through the API server to {pod}</source>
            <translation>一条，经 API 服务器到 {pod} 的端口转发</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>{count}, port-forwards through the API server to {pod}</source>
            <translation>{count} 条，经 API 服务器到 {pod} 的端口转发</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>The tunnel. It is kept through short losses and given back on disconnecting</source>
            <translation>隧道。短暂中断时会保留，断开连接时释放</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>a cluster name in {time}</source>
            <translation>集群域名 {time}</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>the API's service in {time}</source>
            <translation>API 服务 {time}</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>failed: {reason}</source>
            <translation>失败：{reason}</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>no answer</source>
            <translation>没有响应</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Nothing</source>
            <translation>无</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Into the cluster</source>
            <translation>进入集群</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Kept outside</source>
            <translation>保留在外部</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>and the reverse names of the routed addresses</source>
            <translation>以及已路由地址的反向域名</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Set up through</source>
            <translation>设置方式</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Cluster domain</source>
            <translation>集群域</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Asked in the cluster</source>
            <translation>在集群中查询</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>Appended to short names</source>
            <translation>附加到短名称</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>The cluster's servers</source>
            <translation>集群的服务器</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_groups.py" />
            <source>All other names</source>
            <translation>所有其他域名</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/detail_list.py" />
            <source>Copy</source>
            <translation>复制</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/diagnostics_dialog.py" />
            <source>Connection details and diagnostics</source>
            <translation>连接详情与诊断</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/diagnostics_dialog.py" />
            <source>Timeline</source>
            <translation>时间线</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/diagnostics_dialog.py" />
            <source>Doctor</source>
            <translation>诊断</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/diagnostics_dialog.py" />
            <source>Pages</source>
            <translation>页面</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/doctor_page.py" />
            <source>Check again</source>
            <translation>重新检查</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/doctor_page.py" />
            <source>Save diagnostics…</source>
            <translation>保存诊断信息…</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/doctor_page.py" />
            <source>Saves what a fault is found by in one file, without secrets.</source>
            <translation>将排查故障所需的内容保存到一个文件中，不含机密信息。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/doctor_page.py" />
            <source>The checks are still running.</source>
            <translation>检查仍在进行。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/doctor_page.py" />
            <source>Checks</source>
            <translation>检查</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/doctor_page.py" />
            <source>Checking…</source>
            <translation>正在检查…</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/doctor_page.py" />
            <source>Not checked yet</source>
            <translation>尚未检查</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/doctor_page.py" />
            <source>One thing is not working</source>
            <translation>有 1 项无法工作</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/doctor_page.py" />
            <source>{count} things are not working</source>
            <translation>有 {count} 项无法工作</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/doctor_page.py" />
            <source>One thing to look at</source>
            <translation>有 1 项需要注意</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/doctor_page.py" />
            <source>{count} things to look at</source>
            <translation>有 {count} 项需要注意</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/doctor_page.py" />
            <source>Everything is fine</source>
            <translation>一切正常</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/doctor_page.py" />
            <source>The checks go from the kubeconfig to the cluster's answer.</source>
            <translation>检查范围从 kubeconfig 一直到集群的响应。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/doctor_page.py" />
            <source>Checked at {time}</source>
            <translation>检查时间：{time}</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>Start the helper…</source>
            <translation>启动辅助服务…</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>Restart the helper…</source>
            <translation>重启辅助服务…</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>Allow me…</source>
            <translation>授权我使用…</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>Copy login command</source>
            <translation>复制登录命令</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>Read it again</source>
            <translation>重新读取</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>Connect and install</source>
            <translation>连接并安装</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>Show and repair…</source>
            <translation>显示并修复…</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>Shows what would be done as administrator, then asks for the password.</source>
            <translation>先显示将以管理员身份执行的操作，然后询问密码。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>Puts the command on the clipboard: run it in a terminal, then check again.</source>
            <translation>将命令复制到剪贴板：请在终端中运行，然后重新检查。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>Reads the kubeconfig again and checks again.</source>
            <translation>重新读取 kubeconfig 并再次检查。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>Connects; the traffic manager is installed on the way.</source>
            <translation>建立连接；流量管理器会在过程中安装。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>Keeps these addresses out of the tunnel from the next connection on.</source>
            <translation>从下一次连接起，这些地址不再经过隧道。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>Shows what would be taken away first; nothing is changed before you agree.</source>
            <translation>先显示将要移除的内容；在您同意之前不会作任何更改。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>fine</source>
            <translation>正常</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>look at this</source>
            <translation>需要注意</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>not working</source>
            <translation>无法工作</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>Exclude {subnet}</source>
            <translation>排除 {subnet}</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/fix_words.py" />
            <source>Exclude {count} subnets</source>
            <translation>排除 {count} 个子网</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>Repair</source>
            <translation>修复</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>Take it away</source>
            <translation>移除</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>What was found</source>
            <translation>发现的内容</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>One workload is in order again</source>
            <translation>1 个工作负载已恢复正常</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>{count} workloads are in order again</source>
            <translation>{count} 个工作负载已恢复正常</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>Repairing</source>
            <translation>正在修复</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>Nobody left anything</source>
            <translation>没有任何遗留内容</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>Something is left in one workload</source>
            <translation>1 个工作负载中有遗留内容</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>Something is left in {count} workloads</source>
            <translation>{count} 个工作负载中有遗留内容</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>This could not be taken away:</source>
            <translation>以下内容无法移除：</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>Whoever is connected keeps theirs. Nothing is changed before you agree.</source>
            <translation>已连接的人不受影响。在您同意之前不会作任何更改。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>Not looked at: {places}.</source>
            <translation>未检查：{places}。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>nobody's any more</source>
            <translation>已无人使用</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>{workload} in {namespace}</source>
            <translation>{namespace} 中的 {workload}</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>{place}, left by {owner}: its sidecar is removed.</source>
            <translation>{place}，由 {owner} 遗留：将移除其 sidecar。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/repair_dialog.py" />
            <source>{place}, left by {owner}: its sidecar stays for {kept}.</source>
            <translation>{place}，由 {owner} 遗留：其 sidecar 为 {kept} 保留。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/round_trip_graph.py" />
            <source>Round trips of the last five minutes</source>
            <translation>最近五分钟的往返时间</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/round_trip_graph.py" />
            <source>Nothing has been measured yet.</source>
            <translation>尚无测量数据。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/round_trip_graph.py" />
            <source>5 min ago</source>
            <translation>5 分钟前</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/round_trip_graph.py" />
            <source>now</source>
            <translation>现在</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/round_trip_graph.py" />
            <source>least {least} · median {median} · most {most}</source>
            <translation>最小 {least} · 中位数 {median} · 最大 {most}</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_page.py" />
            <source>Timeline, newest first</source>
            <translation>时间线，最新的在前</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_page.py" />
            <source>Nothing has happened yet</source>
            <translation>还没有任何记录</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_page.py" />
            <source>Connections, losses of the tunnel and how long each took to come back are listed here.</source>
            <translation>这里列出连接、隧道中断以及每次恢复所用的时间。</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_page.py" />
            <source>one entry</source>
            <translation>1 条记录</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_page.py" />
            <source>{count} entries, newest first</source>
            <translation>{count} 条记录，最新的在前</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_words.py" />
            <source>Connected</source>
            <translation>已连接</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_words.py" />
            <source>Degraded</source>
            <translation>连接不稳定</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_words.py" />
            <source>Healthy again</source>
            <translation>恢复正常</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_words.py" />
            <source>Tunnel lost</source>
            <translation>隧道中断</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_words.py" />
            <source>Tunnel restored</source>
            <translation>隧道已恢复</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_words.py" />
            <source>Disconnected</source>
            <translation>未连接</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_words.py" />
            <source>Failed</source>
            <translation>失败</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_words.py" />
            <source>Tunnel restored after {time}</source>
            <translation>隧道在 {time} 后恢复</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_words.py" />
            <source>Disconnected after {time}</source>
            <translation>{time} 后断开连接</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_words.py" />
            <source>Failed after {time}</source>
            <translation>{time} 后失败</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_words.py" />
            <source>{count} s</source>
            <translation>{count} 秒</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_words.py" />
            <source>{minutes} min {seconds} s</source>
            <translation>{minutes} 分 {seconds} 秒</translation>
        </message>
        <message>
            <location filename="app/ui/diagnostics/timeline_words.py" />
            <source>{hours} h {minutes} min</source>
            <translation>{hours} 小时 {minutes} 分</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/first_run_page.py" />
            <source>Your kubeconfig</source>
            <translation>您的 kubeconfig</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/first_run_page.py" />
            <source>Skip for now</source>
            <translation>暂时跳过</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/first_run_page.py" />
            <source>Start</source>
            <translation>开始</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/first_run_page.py" />
            <source>Welcome to Kubeferry</source>
            <translation>欢迎使用 Kubeferry</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/first_run_page.py" />
            <source>It brings this machine into a cluster's network, and a workload's traffic to this machine. It needs three things.</source>
            <translation>它将本机接入集群网络，并将工作负载的流量转到本机。为此需要三样东西。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/first_run_page.py" />
            <source>Looking…</source>
            <translation>正在查找…</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/first_run_page.py" />
            <source>{count} context found</source>
            <translation>找到 {count} 个上下文</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/first_run_page.py" />
            <source>{count} contexts found</source>
            <translation>找到 {count} 个上下文</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/first_run_page.py" />
            <source>None of them can be used</source>
            <translation>其中没有可用的</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/first_run_page.py" />
            <source>None found</source>
            <translation>没有找到</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/first_run_page.py" />
            <source>A kubeconfig is still missing.</source>
            <translation>还缺少 kubeconfig。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/first_run_page.py" />
            <source>The helper is still missing.</source>
            <translation>还缺少辅助服务。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>This desktop has no pkexec, which would ask for the password in a window. Run this in a terminal instead:</source>
            <translation>此桌面没有可在窗口中询问密码的 pkexec。请改为在终端中运行：</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>There is no systemd here that could start the helper. This installs it and tells how to start it:</source>
            <translation>这里没有可以启动辅助服务的 systemd。以下命令会安装它并说明如何启动：</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>The helper needs a Python of the system, version {version}, that only root can change. There is none, so it cannot be installed from here.</source>
            <translation>辅助服务需要只有 root 才能修改的系统 Python，版本 {version}。本机没有，因此无法从这里安装。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>The helper can be installed from here on Linux only.</source>
            <translation>只有在 Linux 上才能从这里安装辅助服务。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>The helper came with Kubeferry's package. Start it: sudo systemctl start kubeferry-helper</source>
            <translation>辅助服务已随 Kubeferry 软件包安装。启动它：sudo systemctl start kubeferry-helper</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>The password was not given, so nothing was installed.</source>
            <translation>未输入密码，因此没有安装任何内容。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>The system did not allow it, or has nobody who could ask for the password; nothing was installed. The command below does the same in a terminal.</source>
            <translation>系统不允许，或没有可以询问密码的组件；没有安装任何内容。下面的命令可在终端中完成同样的操作。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>It was installed, but cannot be started from here.</source>
            <translation>已安装，但无法从这里启动。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>It was not installed.</source>
            <translation>未能安装。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>Installed, and it answers</source>
            <translation>已安装，并有响应</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>Not installed, or not running</source>
            <translation>未安装或未运行</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>Installed, but not for you</source>
            <translation>已安装，但您无权使用</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>Of another version</source>
            <translation>版本不同</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>It does not work</source>
            <translation>无法工作</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>The administrator's part</source>
            <translation>需要管理员的部分</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>Network devices and routes can only be made with an administrator's rights. A small helper does that, and nothing else; this window and your credentials stay with you.</source>
            <translation>只有管理员权限才能创建网络设备和路由。一个小型辅助服务只负责这些；本窗口和您的凭据仍以您的身份运行和保存。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>Command</source>
            <translation>命令</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>Copy the command</source>
            <translation>复制命令</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>Update the helper…</source>
            <translation>更新辅助服务…</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>Get access to the helper…</source>
            <translation>获取辅助服务的使用权限…</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>Install the helper…</source>
            <translation>安装辅助服务…</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>Waiting for the password</source>
            <translation>正在等待密码</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>When you press the button, your desktop asks for an administrator's password, in a window of its own: Kubeferry never sees it. It is for this one command, a short script that you can read first:</source>
            <translation>按下按钮后，桌面会在它自己的窗口中询问管理员密码：Kubeferry 看不到密码。密码仅用于这一条命令，它是一个简短的脚本，您可以先阅读：</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>It was installed, but does not answer yet. {problem}</source>
            <translation>已安装，但尚无响应。{problem}</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>make one network device for a connection, with its addresses</source>
            <translation>为一个连接创建一个带地址的网络设备</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>set routes to the cluster's networks, and have the cluster's names answered</source>
            <translation>设置到集群网络的路由，并让集群的域名得到解析</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>take all of it back when the connection ends, also after a crash</source>
            <translation>在连接结束时（包括崩溃之后）撤销以上所有更改</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>see your kubeconfig, passwords or keys</source>
            <translation>查看您的 kubeconfig、密码或密钥</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>run what a program tells it, or open files it is given</source>
            <translation>运行其他程序指定的命令，或打开别人指定的文件</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>serve anybody whom no administrator allowed; you are added to the group kubeferry</source>
            <translation>为未经管理员允许的人服务；您会被加入 kubeferry 组</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>It may</source>
            <translation>它可以</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/helper_step.py" />
            <source>It never may</source>
            <translation>它绝不会</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_list.py" />
            <source>Open…</source>
            <translation>打开…</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_list.py" />
            <source>Adds a kubeconfig file; it is read where it is, and never changed.</source>
            <translation>添加 kubeconfig 文件；在原位置读取，绝不修改。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_list.py" />
            <source>Paste…</source>
            <translation>粘贴…</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_list.py" />
            <source>Adds the text of a kubeconfig; it is kept in your keyring.</source>
            <translation>添加 kubeconfig 的文本；保存在您的密钥环中。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_list.py" />
            <source>or drop a file on the window</source>
            <translation>或将文件拖放到窗口中</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_list.py" />
            <source>There is no kubeconfig yet.</source>
            <translation>还没有 kubeconfig。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_list.py" />
            <source>Remove</source>
            <translation>移除</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_list.py" />
            <source>Remove {name}</source>
            <translation>移除 {name}</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_list.py" />
            <source>The file itself stays.</source>
            <translation>文件本身会保留。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_list.py" />
            <source>It is deleted from the keyring.</source>
            <translation>它会从密钥环中删除。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_list.py" />
            <source>Open a kubeconfig</source>
            <translation>打开 kubeconfig</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_words.py" />
            <source>User {subject} logs in with the command {detail}, which runs on this machine.</source>
            <translation>用户 {subject} 使用在本机运行的命令 {detail} 登录。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_words.py" />
            <source>Cluster {subject} is talked to without encryption, at {detail}.</source>
            <translation>与集群 {subject} 的通信未加密，地址为 {detail}。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_words.py" />
            <source>The certificate of cluster {subject} is not checked, so anybody may pass for it.</source>
            <translation>不检查集群 {subject} 的证书，因此任何人都可以冒充它。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_words.py" />
            <source>There is a context {subject} already; this one is called {detail} here.</source>
            <translation>已有上下文 {subject}；这一个在此称为 {detail}。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_words.py" />
            <source>Context {subject} cannot be used: its cluster {detail} is not in there.</source>
            <translation>上下文 {subject} 无法使用：其中没有它的集群 {detail}。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_words.py" />
            <source>Context {subject} cannot be used: its user {detail} is not in there.</source>
            <translation>上下文 {subject} 无法使用：其中没有它的用户 {detail}。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_words.py" />
            <source>Pasted: {name}</source>
            <translation>已粘贴：{name}</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_words.py" />
            <source>Cannot be used: {problem}.</source>
            <translation>无法使用：{problem}。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_words.py" />
            <source>{count} context: {names}</source>
            <translation>{count} 个上下文：{names}</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_words.py" />
            <source>{count} contexts: {names}</source>
            <translation>{count} 个上下文：{names}</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_words.py" />
            <source>No contexts</source>
            <translation>没有上下文</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_words.py" />
            <source>in your keyring</source>
            <translation>在您的密钥环中</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_words.py" />
            <source>in memory, until Kubeferry ends</source>
            <translation>在内存中，直到 Kubeferry 退出</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_words.py" />
            <source>It was not taken: {reason}.</source>
            <translation>未采用：{reason}。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/kubeconfig_words.py" />
            <source>Your desktop has no keyring that could keep it ({reason}), so it is held in memory and gone when Kubeferry ends. Nothing of it was written to disk.</source>
            <translation>您的桌面没有可以保存它的密钥环（{reason}），因此它保存在内存中，Kubeferry 退出后即消失。没有任何内容写入磁盘。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/paste_dialog.py" />
            <source>Paste a kubeconfig</source>
            <translation>粘贴 kubeconfig</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/paste_dialog.py" />
            <source>Paste the whole text of a kubeconfig. It is kept in your desktop's keyring, with the passwords and keys in it, and never written to disk in clear.</source>
            <translation>请粘贴 kubeconfig 的全部文本。它与其中的密码和密钥一起保存在桌面的密钥环中，绝不以明文写入磁盘。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/paste_dialog.py" />
            <source>Add</source>
            <translation>添加</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/paste_dialog.py" />
            <source>Paste a text first.</source>
            <translation>请先粘贴文本。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/trial_step.py" />
            <source>look at it</source>
            <translation>需要注意</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/trial_step.py" />
            <source>in the way</source>
            <translation>存在阻碍</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/trial_step.py" />
            <source>Test the connection</source>
            <translation>测试连接</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/trial_step.py" />
            <source>Logs in to the cluster, asks whether you may do what is needed, and changes nothing.</source>
            <translation>登录集群，检查您是否有所需的权限，不作任何更改。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/trial_step.py" />
            <source>Context to test</source>
            <translation>要测试的上下文</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/trial_step.py" />
            <source>No context yet</source>
            <translation>还没有上下文</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/trial_step.py" />
            <source>Test</source>
            <translation>测试</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/trial_step.py" />
            <source>There is no context yet: the first step comes first.</source>
            <translation>还没有上下文：请先完成第一步。</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/trial_step.py" />
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/trial_step.py" />
            <source>Testing</source>
            <translation>正在测试</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/trial_step.py" />
            <source>Not tested yet</source>
            <translation>尚未测试</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/trial_step.py" />
            <source>{context} can be reached</source>
            <translation>可以访问 {context}</translation>
        </message>
        <message>
            <location filename="app/ui/first_run/trial_step.py" />
            <source>Something is in the way</source>
            <translation>存在阻碍</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/choice_page.py" />
            <source>{names} and {count} more</source>
            <translation>{names} 以及另外 {count} 个</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/choice_page.py" />
            <source>Stop {count} intercept of mine</source>
            <translation>停止我的 {count} 个拦截</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/choice_page.py" />
            <source>Stop {count} intercepts of mine</source>
            <translation>停止我的 {count} 个拦截</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/choice_page.py" />
            <source>Stop my intercepts</source>
            <translation>停止我的拦截</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/choice_page.py" />
            <source>You have none on these workloads.</source>
            <translation>您在这些工作负载上没有拦截。</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/inspector.py" />
            <source>Then its traffic can come to this machine: all of it, or the requests that match a rule.</source>
            <translation>然后它的流量就可以转到本机：全部流量，或匹配规则的请求。</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/inspector.py" />
            <source>Choose a workload</source>
            <translation>选择工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/mode_row.py" />
            <source>Cancel: {mode}</source>
            <translation>取消：{mode}</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/people.py" />
            <source>It is being stopped already.</source>
            <translation>正在停止。</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/people.py" />
            <source>since {time} · {health}</source>
            <translation>自 {time} 起 · {health}</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/people.py" />
            <source>Stop {what}</source>
            <translation>停止{what}</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/people.py" />
            <source>Stop the proxy</source>
            <translation>停止代理</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>Proxy</source>
            <translation>代理</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>Mesh</source>
            <translation>网格</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>Brings all of its traffic to this machine.</source>
            <translation>将它的全部流量转到本机。</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>Brings only the requests that match the rule below.</source>
            <translation>仅将匹配下方规则的请求转到本机。</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>waiting for its sidecars</source>
            <translation>正在等待其 sidecar</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>not on all pods yet</source>
            <translation>尚未覆盖所有 Pod</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>active</source>
            <translation>已生效</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>its laptop is away: the workload answers</source>
            <translation>对方的电脑已离线：由工作负载响应</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>somebody newer has this traffic</source>
            <translation>更新的拦截已取得此流量</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>taken out of the workload by somebody</source>
            <translation>已被人从工作负载中移除</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>{who} has this traffic now</source>
            <translation>{who} 现在取得此流量</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>on {applied} of {sidecars} pods so far</source>
            <translation>目前已覆盖 {sidecars} 个 Pod 中的 {applied} 个</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>everything</source>
            <translation>全部</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>ports {ports}</source>
            <translation>端口 {ports}</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>On: the traffic comes to this machine.</source>
            <translation>已开启：流量转到本机。</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>On, but {trouble}.</source>
            <translation>已开启，但{trouble}。</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>Possible once this machine is connected.</source>
            <translation>本机连接后即可使用。</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>This machine is connected to {context}.</source>
            <translation>本机已连接到 {context}。</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/words.py" />
            <source>Something else is being done to this workload.</source>
            <translation>正在对此工作负载执行其他操作。</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/workload_page.py" />
            <source>Add this rule</source>
            <translation>添加此规则</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/workload_page.py" />
            <source>Ports of a proxy</source>
            <translation>代理的端口</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/workload_page.py" />
            <source>WHO HAS ITS TRAFFIC</source>
            <translation>谁取得它的流量</translation>
        </message>
        <message>
            <location filename="app/ui/inspector/workload_page.py" />
            <source>Give it a rule first: a header or a path.</source>
            <translation>请先设置规则：请求头或路径。</translation>
        </message>
        <message>
            <location filename="app/ui/language.py" />
            <source>As the system</source>
            <translation>跟随系统</translation>
        </message>
        <message>
            <location filename="app/ui/plans/change_flow.py" />
            <source>Stop intercepting {names}</source>
            <translation>停止拦截 {names}</translation>
        </message>
        <message>
            <location filename="app/ui/plans/change_flow.py" />
            <source>Their traffic goes its normal way again.</source>
            <translation>它们的流量恢复正常路径。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/change_flow.py" />
            <source>Where nobody else is, pods are replaced by ones without the sidecar.</source>
            <translation>没有其他人使用时，Pod 会被替换为不带 sidecar 的 Pod。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/change_flow.py" />
            <source>The workloads</source>
            <translation>工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/plans/change_flow.py" />
            <source>Proxy {name}</source>
            <translation>代理 {name}</translation>
        </message>
        <message>
            <location filename="app/ui/plans/change_flow.py" />
            <source>Start proxy</source>
            <translation>开始代理</translation>
        </message>
        <message>
            <location filename="app/ui/plans/change_flow.py" />
            <source>Mesh {name}</source>
            <translation>网格 {name}</translation>
        </message>
        <message>
            <location filename="app/ui/plans/change_flow.py" />
            <source>Start mesh</source>
            <translation>开始网格</translation>
        </message>
        <message>
            <location filename="app/ui/plans/change_flow.py" />
            <source>Finding out what would change</source>
            <translation>正在查明将会更改的内容</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source>Not readable with your rights: {sources}.</source>
            <translation>以您的权限无法读取：{sources}。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source>What could not be found out</source>
            <translation>未能查明的内容</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source>Disconnecting takes all of this machine's changes back.</source>
            <translation>断开连接会撤销对本机的所有更改。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source>Afterwards</source>
            <translation>之后</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source>Routes on this machine go into the cluster</source>
            <translation>本机上的路由指向集群</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source>The cluster's subnets are found out while connecting.</source>
            <translation>连接时会查明集群的子网。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source>not {subnet}: it is in use here, or excluded</source>
            <translation>不含 {subnet}：它在本机使用中，或已被排除</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source> and {count} more</source>
            <translation> 以及另外 {count} 个</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source>Names under {domains} are asked in the cluster.</source>
            <translation>{domains} 下的域名在集群中查询。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source>Short names mean services of {namespace}.</source>
            <translation>短名称表示 {namespace} 的服务。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source>All other names are answered by whoever answers them now.</source>
            <translation>所有其他域名仍由现在的服务器解析。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source>In the cluster</source>
            <translation>在集群中</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source>The traffic manager is there, in namespace {place}. Nothing changes.</source>
            <translation>命名空间 {place} 中已有流量管理器。不作任何更改。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source>One object is made: {objects}.</source>
            <translation>将创建 1 个对象：{objects}。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source>{count} objects are made: {objects}.</source>
            <translation>将创建 {count} 个对象：{objects}。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/connect_sections.py" />
            <source>Its image is {image}. It has no rights in the cluster, and stays for the next time.</source>
            <translation>其镜像为 {image}。它在集群中没有任何权限，并会保留以备下次使用。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/diff_view.py" />
            <source>Changes to the workload</source>
            <translation>对工作负载的更改</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>To know before</source>
            <translation>需要事先了解</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>Take this traffic over from {who}, who will be told.</source>
            <translation>从 {who} 接管此流量，对方会收到通知。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>Requests with {rule} come to this machine.</source>
            <translation>带有 {rule} 的请求会转到本机。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>All other requests go the workload's normal way.</source>
            <translation>所有其他请求按工作负载的正常路径处理。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>Ports: {ports}.</source>
            <translation>端口：{ports}。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>All traffic of these ports comes to this machine.</source>
            <translation>这些端口的全部流量都会转到本机。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>All inbound traffic comes to this machine: TCP and UDP, every port.</source>
            <translation>所有入站流量都会转到本机：TCP 和 UDP 的所有端口。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>The workload's own containers get none of it, and their probes are answered as before.</source>
            <translation>工作负载自己的容器收不到这些流量，其探针照常得到响应。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>Ports that go elsewhere here: {ports}.</source>
            <translation>在本机使用其他端口的：{ports}。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>Traffic</source>
            <translation>流量</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>The sidecar is there already. No pod is restarted.</source>
            <translation>已有 sidecar。不会重启任何 Pod。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>The workload</source>
            <translation>工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>Its pod is replaced by one with a sidecar, the way a rollout does it.</source>
            <translation>它的 Pod 会像滚动更新一样被替换为带有 sidecar 的 Pod。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>Its {count} pods are replaced by ones with a sidecar, the way a rollout does it.</source>
            <translation>它的 {count} 个 Pod 会像滚动更新一样被替换为带有 sidecar 的 Pod。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>When you stop, and nobody else is there, the workload is restored field by field.</source>
            <translation>当您停止且没有其他人使用时，工作负载会逐字段恢复原状。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>Who else is there</source>
            <translation>还有谁在使用</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>{owner} has the same traffic ({what}) since {since}.</source>
            <translation>{owner} 自 {since} 起拥有相同的流量（{what}）。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>{owner} has {what} since {since}. It stays as it is.</source>
            <translation>{owner} 自 {since} 起拥有 {what}。它保持不变。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/intercept_sections.py" />
            <source>{remote} to local {local}</source>
            <translation>{remote} 到本机 {local}</translation>
        </message>
        <message>
            <location filename="app/ui/plans/plan_dialog.py" />
            <source>Finding out what would change …</source>
            <translation>正在查明将会更改的内容…</translation>
        </message>
        <message>
            <location filename="app/ui/plans/plan_dialog.py" />
            <source>Agree to what is ticked off above first.</source>
            <translation>请先勾选并同意上面的内容。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/plan_dialog.py" />
            <source>Show the change line by line</source>
            <translation>逐行显示更改</translation>
        </message>
        <message>
            <location filename="app/ui/plans/plan_opener.py" />
            <source>Connect without showing this</source>
            <translation>以后连接时不再显示</translation>
        </message>
        <message>
            <location filename="app/ui/plans/plan_opener.py" />
            <source>Start proxies without showing this</source>
            <translation>以后开始代理时不再显示</translation>
        </message>
        <message>
            <location filename="app/ui/plans/plan_opener.py" />
            <source>Start meshes without showing this</source>
            <translation>以后开始网格时不再显示</translation>
        </message>
        <message>
            <location filename="app/ui/plans/plan_opener.py" />
            <source>{context} is marked as production.</source>
            <translation>{context} 已标记为生产环境。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/plan_opener.py" />
            <source>Yes, change {context}, which is production.</source>
            <translation>是的，更改生产环境 {context}。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/quitting.py" />
            <source>Quit Kubeferry</source>
            <translation>退出 Kubeferry</translation>
        </message>
        <message>
            <location filename="app/ui/plans/quitting.py" />
            <source>Disconnect and quit</source>
            <translation>断开连接并退出</translation>
        </message>
        <message>
            <location filename="app/ui/plans/quitting.py" />
            <source>To keep your intercepts, close the window instead: Kubeferry stays in the tray.</source>
            <translation>若要保留拦截，请改为关闭窗口：Kubeferry 会留在托盘中。</translation>
        </message>
        <message>
            <location filename="app/ui/plans/quitting.py" />
            <source>Your intercepts end</source>
            <translation>您的拦截将结束</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_editor.py" />
            <source>Only these ports</source>
            <translation>仅这些端口</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_editor.py" />
            <source>Port</source>
            <translation>端口</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_editor.py" />
            <source>PORTS</source>
            <translation>端口</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_editor.py" />
            <source>pod → this machine</source>
            <translation>Pod → 本机</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_editor.py" />
            <source>Add a port</source>
            <translation>添加端口</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_editor.py" />
            <source>All other ports stay with the workload.</source>
            <translation>所有其他端口仍留在工作负载。</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_editor.py" />
            <source>There are {count} ports at most.</source>
            <translation>最多 {count} 个端口。</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_editor.py" />
            <source>A port that the pod spec does not name</source>
            <translation>Pod 规约中未声明的端口</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_editor.py" />
            <source>Ports are numbers from 1 to 65535.</source>
            <translation>端口是 1 到 65535 之间的数字。</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_editor.py" />
            <source>Port {remote} of the pods is there twice.</source>
            <translation>Pod 的端口 {remote} 出现了两次。</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_editor.py" />
            <source>Choose at least one port.</source>
            <translation>请至少选择一个端口。</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_editor.py" />
            <source>The pod spec names no ports: add the one that your program serves.</source>
            <translation>Pod 规约中没有声明端口：请添加您的程序所提供的端口。</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_editor.py" />
            <source>All other ports come here too, with the same number.</source>
            <translation>所有其他端口也会转到这里，端口号相同。</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_line.py" />
            <source>Remove this port</source>
            <translation>移除此端口</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_line.py" />
            <source>pod port</source>
            <translation>Pod 端口</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_line.py" />
            <source>port</source>
            <translation>端口</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_line.py" />
            <source>the new one</source>
            <translation>新端口</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_line.py" />
            <source>Take port {remote} of the pods</source>
            <translation>取得 Pod 的端口 {remote}</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_line.py" />
            <source>Port of the pods</source>
            <translation>Pod 的端口</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_line.py" />
            <source>Port of this machine for {remote}</source>
            <translation>本机上对应 {remote} 的端口</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_line.py" />
            <source>Remove port {remote}</source>
            <translation>移除端口 {remote}</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_wording.py" />
            <source>{process} (pid {pid})</source>
            <translation>{process}（pid {pid}）</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_wording.py" />
            <source>Another program</source>
            <translation>其他程序</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_wording.py" />
            <source>{port}  {process}</source>
            <translation>{port}  {process}</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_wording.py" />
            <source>Nothing listens on {port} here yet.</source>
            <translation>这里还没有程序监听 {port}。</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_wording.py" />
            <source>{process} listens on {address} only: let it listen on 127.0.0.1 too.</source>
            <translation>{process} 只监听 {address}：请让它也监听 127.0.0.1。</translation>
        </message>
        <message>
            <location filename="app/ui/ports/port_wording.py" />
            <source>{process} listens.</source>
            <translation>{process} 正在监听。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/overlap_notes.py" />
            <source>And {count} other.</source>
            <translation>还有 {count} 个。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/overlap_notes.py" />
            <source>And {count} others.</source>
            <translation>还有 {count} 个。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/overlap_notes.py" />
            <source>{owner} takes what no rule takes. Your rule is tried before that.</source>
            <translation>{owner} 接收未被规则匹配的流量。您的规则会先于它匹配。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/overlap_notes.py" />
            <source>{owner} has {rule} since {moment}: the same requests. Starting would be refused, or take over.</source>
            <translation>{owner} 自 {moment} 起拥有 {rule}：请求相同。开始时会被拒绝，或需要接管。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/overlap_notes.py" />
            <source>{owner} has {rule} since {moment}: some of the same requests. Starting would be refused, or take over.</source>
            <translation>{owner} 自 {moment} 起拥有 {rule}：部分请求相同。开始时会被拒绝，或需要接管。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_editor.py" />
            <source>Header</source>
            <translation>请求头</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_editor.py" />
            <source>a request must match all of it</source>
            <translation>请求必须全部匹配</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_editor.py" />
            <source>RULE</source>
            <translation>规则</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_editor.py" />
            <source>Add a header</source>
            <translation>添加请求头</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_editor.py" />
            <source>Path</source>
            <translation>路径</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_editor.py" />
            <source>any, or /api and what is below</source>
            <translation>任意，或 /api 及其下级</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_editor.py" />
            <source>A rule has {count} headers at most.</source>
            <translation>一条规则最多有 {count} 个请求头。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_editor.py" />
            <source>A request must have all of the headers.</source>
            <translation>请求必须包含所有这些请求头。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_editor.py" />
            <source>Every request has these headers: none of them tells yours from others'.</source>
            <translation>每个请求都有这些请求头：无法区分您的请求和他人的请求。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>Header x-user: {me}</source>
            <translation>请求头 x-user: {me}</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>Baggage user={me}</source>
            <translation>Baggage user={me}</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>Cookie user={me}</source>
            <translation>Cookie user={me}</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>Templates</source>
            <translation>模板</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>Begin with a template, or with a rule that was used here before</source>
            <translation>从模板或以前在此使用过的规则开始</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>Paste headers or curl</source>
            <translation>粘贴请求头或 curl</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>Used before</source>
            <translation>以前用过</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>Forget</source>
            <translation>忘记</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>There is nothing to copy until the rule is complete.</source>
            <translation>规则完整之前没有可复制的内容。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>Copy a request that this rule takes: for a terminal, or for a browser extension</source>
            <translation>复制此规则匹配的请求：用于终端或浏览器扩展</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>curl line</source>
            <translation>curl 命令</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>The curl line is copied.</source>
            <translation>curl 命令已复制。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>Headers</source>
            <translation>请求头</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>The headers are copied.</source>
            <translation>请求头已复制。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>Profile for ModHeader (browser extension)</source>
            <translation>ModHeader（浏览器扩展）的配置</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>The profile is copied: choose “Import profile” in ModHeader.</source>
            <translation>配置已复制：请在 ModHeader 中选择“Import profile”。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>This rule has no header that a browser can add.</source>
            <translation>此规则没有浏览器可以添加的请求头。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>{name}: {value} is an example of what the rule takes.</source>
            <translation>{name}: {value} 是此规则匹配的一个示例。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_menus.py" />
            <source>Add {name} yourself: no value that the rule takes could be made up.</source>
            <translation>请自行添加 {name}：无法生成此规则匹配的值。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_row.py" />
            <source>Remove this header</source>
            <translation>移除此请求头</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_row.py" />
            <source>There is nothing to remove yet.</source>
            <translation>还没有可移除的内容。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_row.py" />
            <source>Name of header {number}</source>
            <translation>请求头 {number} 的名称</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_row.py" />
            <source>How header {number} is compared</source>
            <translation>请求头 {number} 的比较方式</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_row.py" />
            <source>Value of header {number}</source>
            <translation>请求头 {number} 的值</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_row.py" />
            <source>Remove header {number}</source>
            <translation>移除请求头 {number}</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_row.py" />
            <source>header</source>
            <translation>请求头</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_row.py" />
            <source>Any value will do: the header only has to be there.</source>
            <translation>任何值都可以：只需要有这个请求头。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_row.py" />
            <source>any value</source>
            <translation>任意值</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_row.py" />
            <source>pattern</source>
            <translation>模式</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_row.py" />
            <source>value</source>
            <translation>值</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_trial.py" />
            <source>Try a request</source>
            <translation>试一个请求</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_trial.py" />
            <source>Paste a curl command or headers</source>
            <translation>粘贴 curl 命令或请求头</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_trial.py" />
            <source>A curl command or headers to try the rules with</source>
            <translation>用来测试规则的 curl 命令或请求头</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_trial.py" />
            <source>{count} more rule.</source>
            <translation>还有 {count} 条规则。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/rule_trial.py" />
            <source>{count} more rules.</source>
            <translation>还有 {count} 条规则。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>Nobody's rule matches: the workload answers.</source>
            <translation>没有规则匹配：由工作负载响应。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>Your proxy takes it: no rule matches.</source>
            <translation>由您的代理接收：没有规则匹配。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>Your rule wins if you take over: {owners} has such requests now.</source>
            <translation>如果您接管，则您的规则胜出：{owners} 目前拥有这类请求。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>Your rule wins: {rule}</source>
            <translation>您的规则胜出：{rule}</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>{outcome} Unless a rule before it matches, which cannot be told here.</source>
            <translation>{outcome} 除非排在它前面的规则匹配，这在此处无法判断。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>{owner}'s proxy takes it: no rule matches.</source>
            <translation>由 {owner} 的代理接收：没有规则匹配。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>{owner}'s rule wins: it is older than yours.</source>
            <translation>{owner} 的规则胜出：它比您的规则更早。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>{owner}'s rule wins: {rule}</source>
            <translation>{owner} 的规则胜出：{rule}</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>{whose}: somebody has the same, and is newer</source>
            <translation>{whose}：有人有相同的规则，而且更新</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>{whose} may match</source>
            <translation>{whose}可能匹配</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>{whose} does not match</source>
            <translation>{whose}不匹配</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>{whose} takes what no rule takes</source>
            <translation>{whose}接收未被规则匹配的流量</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>{whose} matches</source>
            <translation>{whose}匹配</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>This rule</source>
            <translation>此规则</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>Your proxy</source>
            <translation>您的代理</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>Your rule {rule}</source>
            <translation>您的规则 {rule}</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>{owner}'s proxy</source>
            <translation>{owner} 的代理</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>{owner}'s rule {rule}</source>
            <translation>{owner} 的规则 {rule}</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>path {found} is not {path} or below it</source>
            <translation>路径 {found} 不是 {path} 或其下级</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>{name} is not sent</source>
            <translation>未发送 {name}</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>whether {rule} holds cannot be told here</source>
            <translation>在此处无法判断 {rule} 是否成立</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>empty</source>
            <translation>空</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>{name} is {found}, which does not begin with {value}</source>
            <translation>{name} 是 {found}，不以 {value} 开头</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>{name} is {found}, which does not match {value}</source>
            <translation>{name} 是 {found}，与 {value} 不匹配</translation>
        </message>
        <message>
            <location filename="app/ui/rules/trial_wording.py" />
            <source>{name} is {found}, not {value}</source>
            <translation>{name} 是 {found}，不是 {value}</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>is</source>
            <translation>等于</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>begins</source>
            <translation>开头是</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>matches</source>
            <translation>匹配</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>is there</source>
            <translation>存在</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>The header has just this value.</source>
            <translation>请求头的值恰好是它。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>The header's value begins like this.</source>
            <translation>请求头的值以它开头。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>All of the header's value matches this regular expression (RE2).</source>
            <translation>请求头的整个值匹配此正则表达式（RE2）。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>The header is there, whatever its value.</source>
            <translation>存在该请求头，值不限。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>Say which requests come to you: add a header or a path.</source>
            <translation>请说明哪些请求转给您：添加请求头或路径。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>A rule has {what} headers at most.</source>
            <translation>一条规则最多有 {what} 个请求头。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>The header's name is missing.</source>
            <translation>缺少请求头的名称。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>“{what}” is not the name of a header.</source>
            <translation>“{what}”不是请求头的名称。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>The value is missing. Choose “is there” if any will do.</source>
            <translation>缺少值。如果任意值都可以，请选择“存在”。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>The value is longer than {what} characters.</source>
            <translation>值超过 {what} 个字符。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>A header's value has no line breaks.</source>
            <translation>请求头的值不能换行。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>Blanks around a value are not sent: no request will match.</source>
            <translation>值两端的空格不会被发送：没有请求会匹配。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>This pattern cannot be used: {what}.</source>
            <translation>无法使用此模式：{what}。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>A request that sends {what} once cannot have both values.</source>
            <translation>只发送一次 {what} 的请求不可能同时有两个值。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>Matches only a header that is sent without a value.</source>
            <translation>仅匹配发送时没有值的请求头。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>A path begins with /.</source>
            <translation>路径以 / 开头。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>Leave out ? and #: the query is not compared.</source>
            <translation>请去掉 ? 和 #：不比较查询部分。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>A path has no blanks: write %20.</source>
            <translation>路径不能有空格：请写成 %20。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>The path is longer than {what} characters.</source>
            <translation>路径超过 {what} 个字符。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>There is no request in this yet.</source>
            <translation>其中还没有请求。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>This is too long to be a request's headers.</source>
            <translation>内容太长，不可能是请求头。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>The command ends inside a quotation: a closing {what} is missing.</source>
            <translation>命令在引号中结束：缺少右侧的 {what}。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>This is not curl: in the browser's developer tools, choose “Copy as cURL”.</source>
            <translation>这不是 curl：请在浏览器的开发者工具中选择“复制为 cURL”。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>The command names no URL yet.</source>
            <translation>命令中还没有 URL。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>“{what}” is not the URL of a web server.</source>
            <translation>“{what}”不是 Web 服务器的 URL。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>The option {what} has no value yet.</source>
            <translation>选项 {what} 还没有值。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>The headers are in the file {what}: paste what is in it.</source>
            <translation>请求头在文件 {what} 中：请粘贴其中的内容。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>These are an answer's headers: paste those of the request.</source>
            <translation>这些是响应头：请粘贴请求头。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>“{what}” is not a header: it has to look like “name: value”.</source>
            <translation>“{what}”不是请求头：格式应为“name: value”。</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>{name} is empty</source>
            <translation>{name} 为空</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>{name} begins with {value}</source>
            <translation>{name} 以 {value} 开头</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>{name} matches {value}</source>
            <translation>{name} 匹配 {value}</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>{name} is there</source>
            <translation>存在 {name}</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>path {path}</source>
            <translation>路径 {path}</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>every request</source>
            <translation>所有请求</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>{one} and {other}</source>
            <translation>{one} 且 {other}</translation>
        </message>
        <message>
            <location filename="app/ui/rules/wording.py" />
            <source>{day}, {time}</source>
            <translation>{day} {time}</translation>
        </message>
        <message>
            <location filename="app/ui/settings/appearance_page.py" />
            <source>Appearance</source>
            <translation>外观</translation>
        </message>
        <message>
            <location filename="app/ui/settings/appearance_page.py" />
            <source>Colours</source>
            <translation>颜色</translation>
        </message>
        <message>
            <location filename="app/ui/settings/appearance_page.py" />
            <source>As the desktop</source>
            <translation>跟随桌面</translation>
        </message>
        <message>
            <location filename="app/ui/settings/appearance_page.py" />
            <source>Light</source>
            <translation>浅色</translation>
        </message>
        <message>
            <location filename="app/ui/settings/appearance_page.py" />
            <source>Dark</source>
            <translation>深色</translation>
        </message>
        <message>
            <location filename="app/ui/settings/appearance_page.py" />
            <source>Language</source>
            <translation>语言</translation>
        </message>
        <message>
            <location filename="app/ui/settings/appearance_page.py" />
            <source>The language changes at the next start.</source>
            <translation>语言在下次启动时更改。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/appearance_page.py" />
            <source>Restart now</source>
            <translation>立即重启</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Counts from the next connection on.</source>
            <translation>从下一次连接起生效。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>When the tunnel is lost</source>
            <translation>隧道中断时</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Hold the routes and try again</source>
            <translation>保留路由并重试</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Cluster addresses wait until it is back, and never lead anywhere else meanwhile.</source>
            <translation>集群地址会等到隧道恢复，期间绝不会通向别处。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Give the routes back after 15 s</source>
            <translation>15 秒后释放路由</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>The connection ends and your network is as it was before. You connect again yourself.</source>
            <translation>连接结束，您的网络恢复原状。需要您自己重新连接。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>When the cluster and a local network have the same addresses</source>
            <translation>集群与本地网络地址相同时</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Do not connect</source>
            <translation>不连接</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>The sentence names the network that is in the way.</source>
            <translation>错误说明会指出有冲突的网络。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Keep the local network</source>
            <translation>保留本地网络</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>The cluster's addresses in it stay out of reach.</source>
            <translation>其中的集群地址将无法访问。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Also route these subnets</source>
            <translation>另外路由这些子网</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Networks that are reached through the cluster, such as a database's.</source>
            <translation>通过集群访问的网络，例如数据库的网络。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Never route these subnets</source>
            <translation>绝不路由这些子网</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>They stay outside of the tunnel.</source>
            <translation>它们不经过隧道。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>What Kubeferry installs, and from where; empty means the default. Counts from the next connection on.</source>
            <translation>Kubeferry 安装什么以及从哪里安装；留空表示默认值。从下一次连接起生效。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Namespace of the traffic manager</source>
            <translation>流量管理器的命名空间</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Where it is, or is installed when there is none. Empty: Kubeferry looks for it.</source>
            <translation>它所在的命名空间，没有时则安装到这里。留空：由 Kubeferry 查找。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Image of the traffic manager</source>
            <translation>流量管理器的镜像</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Used when it is installed; one that runs keeps its own.</source>
            <translation>安装时使用；正在运行的管理器保持自己的镜像。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Image of the sidecar</source>
            <translation>sidecar 的镜像</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Empty: the one beside the traffic manager's.</source>
            <translation>留空：与流量管理器配套的镜像。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Pull secret</source>
            <translation>拉取密钥</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>Name of the Secret with the registry's password. It has to be in the traffic manager's namespace and in that of each workload; Kubeferry never sees what is in it.</source>
            <translation>保存镜像仓库密码的 Secret 的名称。它必须存在于流量管理器的命名空间和每个工作负载的命名空间中；Kubeferry 绝不会看到其内容。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/cluster_pages.py" />
            <source>none</source>
            <translation>无</translation>
        </message>
        <message>
            <location filename="app/ui/settings/fault_words.py" />
            <source>A name has small letters, digits and hyphens, and begins and ends with a letter or digit.</source>
            <translation>名称由小写字母、数字和连字符组成，并以字母或数字开头和结尾。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/fault_words.py" />
            <source>This is not an image name; write it like registry.example.com/team/manager:1.2.</source>
            <translation>这不是镜像名称；请写成 registry.example.com/team/manager:1.2 这样的格式。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/fault_words.py" />
            <source>{subnet} is not a subnet; write it like 10.0.0.0/8 or fd00::/8.</source>
            <translation>{subnet} 不是子网；请写成 10.0.0.0/8 或 fd00::/8 这样的格式。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/fault_words.py" />
            <source>{subnet} is too large: it takes a good part of the internet into the cluster.</source>
            <translation>{subnet} 太大：它会把互联网的很大一部分引入集群。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Connected, lost, back again, disconnected.</source>
            <translation>已连接、中断、恢复、断开。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Your intercepts</source>
            <translation>您的拦截</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>One began, ended, or its program does not answer.</source>
            <translation>开始、结束，或您的程序没有响应。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Team</source>
            <translation>团队</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Somebody took over a workload of yours, or gave one back.</source>
            <translation>有人接管了您的工作负载，或将其归还。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Problems</source>
            <translation>问题</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>What failed and needs you, such as a login that has expired.</source>
            <translation>失败并需要您处理的事情，例如登录已过期。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Connecting</source>
            <translation>正在连接</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Routes, names and what is installed in the cluster.</source>
            <translation>路由、域名以及在集群中安装的内容。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Taking all traffic of a workload</source>
            <translation>取得工作负载的全部流量</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>What changes in it, and who else is affected.</source>
            <translation>其中会更改什么，以及还会影响谁。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Taking requests by a rule</source>
            <translation>按规则取得请求</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>What changes in it, and whose rules it meets.</source>
            <translation>其中会更改什么，以及与谁的规则相遇。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>General</source>
            <translation>常规</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Start with the desktop</source>
            <translation>随桌面启动</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Kubeferry is there after you log in; it does not connect by itself.</source>
            <translation>登录后 Kubeferry 即可使用；它不会自动连接。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Start minimised</source>
            <translation>启动时最小化</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Only the tray icon is shown; the window opens when you click it.</source>
            <translation>仅显示托盘图标；点击后打开窗口。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Keep running when the window is closed</source>
            <translation>关闭窗口后继续运行</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>The connection stays and the tray icon shows it. Off: closing the window quits Kubeferry.</source>
            <translation>连接保持，托盘图标显示其状态。关闭此项：关闭窗口会退出 Kubeferry。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Stay connected after quitting</source>
            <translation>退出后保持连接</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>The connection goes on without window and tray icon, until you disconnect. Off: quitting disconnects.</source>
            <translation>没有窗口和托盘图标时连接仍会继续，直到您断开。关闭此项：退出时断开连接。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>This desktop shows no tray icons, so the window could not be found again.</source>
            <translation>此桌面不显示托盘图标，窗口将无法再次找到。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>The autostart folder cannot be written: {reason}.</source>
            <translation>无法写入自动启动文件夹：{reason}。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Notifications</source>
            <translation>通知</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>What the desktop is told about while you look elsewhere. The window shows all of it.</source>
            <translation>当您在看别处时桌面会提示的内容。窗口会显示全部内容。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Plans</source>
            <translation>计划</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Before something is changed, a plan shows what that will be. In contexts that you marked as production it always asks.</source>
            <translation>更改之前，计划会显示将要发生什么。在您标记为生产环境的上下文中始终会询问。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>Show all plans again</source>
            <translation>重新显示所有计划</translation>
        </message>
        <message>
            <location filename="app/ui/settings/general_pages.py" />
            <source>No plan is muted.</source>
            <translation>没有隐藏任何计划。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/kubeconfig_page.py" />
            <source>Kubeconfigs</source>
            <translation>Kubeconfig</translation>
        </message>
        <message>
            <location filename="app/ui/settings/kubeconfig_page.py" />
            <source>kubectl's own, from KUBECONFIG or ~/.kube/config, are never changed. What you add here is read beside them, by Kubeferry alone.</source>
            <translation>kubectl 自己的 kubeconfig（来自 KUBECONFIG 或 ~/.kube/config）绝不会被修改。您在此添加的内容只由 Kubeferry 另外读取。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/settings_dialog.py" />
            <source>Settings</source>
            <translation>设置</translation>
        </message>
        <message>
            <location filename="app/ui/settings/settings_dialog.py" />
            <source>Pages of the settings</source>
            <translation>设置页面</translation>
        </message>
        <message>
            <location filename="app/ui/settings/update_settings.py" />
            <source>Once a day an address of your choice is asked, without saying who asks. Nothing is installed.</source>
            <translation>每天向您指定的地址询问一次，不透露询问者是谁。不会安装任何东西。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/update_settings.py" />
            <source>Check for updates</source>
            <translation>检查更新</translation>
        </message>
        <message>
            <location filename="app/ui/settings/update_settings.py" />
            <source>Where to ask</source>
            <translation>询问地址</translation>
        </message>
        <message>
            <location filename="app/ui/settings/update_settings.py" />
            <source>The address of signed release news. There is none that is built in.</source>
            <translation>已签名的发布信息的地址。程序没有内置地址。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/update_settings.py" />
            <source>Whoever installed Kubeferry here has switched this off (KUBEFERRY_NO_UPDATE_CHECK).</source>
            <translation>在此安装 Kubeferry 的人已将其关闭（KUBEFERRY_NO_UPDATE_CHECK）。</translation>
        </message>
        <message>
            <location filename="app/ui/settings/update_settings.py" />
            <source>Asking …</source>
            <translation>正在询问……</translation>
        </message>
        <message>
            <location filename="app/ui/shell/command_list.py" />
            <source>not possible now: {reason}</source>
            <translation>目前不可用：{reason}</translation>
        </message>
        <message>
            <location filename="app/ui/shell/no_tray_note.py" />
            <source>Dismiss this note</source>
            <translation>关闭此提示</translation>
        </message>
        <message>
            <location filename="app/ui/shell/no_tray_note.py" />
            <source>This desktop has no tray, so everything is in this window.</source>
            <translation>此桌面没有系统托盘，所有功能都在本窗口中。</translation>
        </message>
        <message>
            <location filename="app/ui/shell/no_tray_note.py" />
            <source>Closing it quits Kubeferry and keeps the connection.</source>
            <translation>关闭窗口会退出 Kubeferry，连接仍然保持。</translation>
        </message>
        <message>
            <location filename="app/ui/shell/no_tray_note.py" />
            <source>Closing it disconnects and quits Kubeferry.</source>
            <translation>关闭窗口会断开连接并退出 Kubeferry。</translation>
        </message>
        <message>
            <location filename="app/ui/shell/palette.py" />
            <source>Command palette</source>
            <translation>命令面板</translation>
        </message>
        <message>
            <location filename="app/ui/shell/palette.py" />
            <source>Search commands, contexts, namespaces and workloads</source>
            <translation>搜索命令、上下文、命名空间和工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/shell/palette.py" />
            <source>Search commands</source>
            <translation>搜索命令</translation>
        </message>
        <message>
            <location filename="app/ui/shell/palette.py" />
            <source>Commands</source>
            <translation>命令</translation>
        </message>
        <message>
            <location filename="app/ui/shell/palette.py" />
            <source>Nothing here answers to “{query}”.</source>
            <translation>没有与“{query}”匹配的内容。</translation>
        </message>
        <message>
            <location filename="app/ui/shell/palette.py" />
            <source>Esc closes</source>
            <translation>按 Esc 关闭</translation>
        </message>
        <message>
            <location filename="app/ui/shell/palette.py" />
            <source>Enter runs it · arrows choose · Esc closes</source>
            <translation>回车执行 · 方向键选择 · Esc 关闭</translation>
        </message>
        <message>
            <location filename="app/ui/shell/palette.py" />
            <source>Not possible now: {reason}</source>
            <translation>目前不可用：{reason}</translation>
        </message>
        <message>
            <location filename="app/ui/shell/shortcut_sheet.py" />
            <source>Keyboard shortcuts</source>
            <translation>键盘快捷键</translation>
        </message>
        <message>
            <location filename="app/ui/shell/shortcuts.py" />
            <source>Kubeferry</source>
            <translation>Kubeferry</translation>
        </message>
        <message>
            <location filename="app/ui/shell/shortcuts.py" />
            <source>Looking around</source>
            <translation>浏览</translation>
        </message>
        <message>
            <location filename="app/ui/shell/shortcuts.py" />
            <source>Parts of the window</source>
            <translation>窗口区域</translation>
        </message>
        <message>
            <location filename="app/ui/shell/shortcuts.py" />
            <source>Close the window</source>
            <translation>关闭窗口</translation>
        </message>
        <message>
            <location filename="app/ui/shell/shortcuts.py" />
            <source>Quit</source>
            <translation>退出</translation>
        </message>
        <message>
            <location filename="app/ui/shell/shortcuts.py" />
            <source>Connect or disconnect</source>
            <translation>连接或断开</translation>
        </message>
        <message>
            <location filename="app/ui/shell/shortcuts.py" />
            <source>Reload</source>
            <translation>重新加载</translation>
        </message>
        <message>
            <location filename="app/ui/shell/shortcuts.py" />
            <source>Selected workload</source>
            <translation>所选工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/shell/shortcuts.py" />
            <source>Fold or unfold traffic</source>
            <translation>折叠或展开流量面板</translation>
        </message>
        <message>
            <location filename="app/ui/shell/shortcuts.py" />
            <source>Favourite namespace, or not any more</source>
            <translation>收藏或取消收藏命名空间</translation>
        </message>
        <message>
            <location filename="app/ui/shell/shortcuts.py" />
            <source>Filter the traffic</source>
            <translation>筛选流量</translation>
        </message>
        <message>
            <location filename="app/ui/shell/shortcuts.py" />
            <source>Menu of what is selected</source>
            <translation>所选内容的菜单</translation>
        </message>
        <message>
            <location filename="app/ui/shell/tray.py" />
            <source>1 intercept</source>
            <translation>1 个拦截</translation>
        </message>
        <message>
            <location filename="app/ui/shell/tray_menu.py" />
            <source>Quit and stay connected</source>
            <translation>退出并保持连接</translation>
        </message>
        <message>
            <location filename="app/ui/shell/tray_menu.py" />
            <source>Cancel connecting</source>
            <translation>取消连接</translation>
        </message>
        <message>
            <location filename="app/ui/shell/tray_menu.py" />
            <source>Switch to another context</source>
            <translation>切换到其他上下文</translation>
        </message>
        <message>
            <location filename="app/ui/shell/tray_menu.py" />
            <source>Connect to another context</source>
            <translation>连接到其他上下文</translation>
        </message>
        <message>
            <location filename="app/ui/shell/tray_menu.py" />
            <source>Recent namespaces</source>
            <translation>最近的命名空间</translation>
        </message>
        <message>
            <location filename="app/ui/shell/tray_menu.py" />
            <source>Your intercept</source>
            <translation>您的拦截</translation>
        </message>
        <message>
            <location filename="app/ui/shell/tray_menu.py" />
            <source>Your {count} intercepts</source>
            <translation>您的 {count} 个拦截</translation>
        </message>
        <message>
            <location filename="app/ui/shell/tray_menu.py" />
            <source>{count} more in the window</source>
            <translation>窗口中还有 {count} 个</translation>
        </message>
        <message>
            <location filename="app/ui/shell/tray_menu.py" />
            <source>Stop all intercepts</source>
            <translation>停止所有拦截</translation>
        </message>
        <message>
            <location filename="app/ui/shell/tray_menu.py" />
            <source>{name} is being stopped</source>
            <translation>正在停止 {name}</translation>
        </message>
        <message>
            <location filename="app/ui/shell/tray_menu.py" />
            <source>Stop {name}</source>
            <translation>停止 {name}</translation>
        </message>
        <message>
            <location filename="app/ui/shell/tray_menu.py" />
            <source>Open Kubeferry</source>
            <translation>打开 Kubeferry</translation>
        </message>
        <message>
            <location filename="app/ui/shell/tray_menu.py" />
            <source>Settings…</source>
            <translation>设置…</translation>
        </message>
        <message>
            <location filename="app/ui/shell/update_badge.py" />
            <source>Read about it</source>
            <translation>查看说明</translation>
        </message>
        <message>
            <location filename="app/ui/shell/update_badge.py" />
            <source>Kubeferry {version} is there; it mends a weakness of this one.</source>
            <translation>Kubeferry {version} 已发布；它修复了当前版本的一个安全漏洞。</translation>
        </message>
        <message>
            <location filename="app/ui/shell/update_badge.py" />
            <source>Kubeferry {version} is there.</source>
            <translation>Kubeferry {version} 已发布。</translation>
        </message>
        <message>
            <location filename="app/ui/shell/update_badge.py" />
            <source>This copy is a package's. Its package manager brings the new one:</source>
            <translation>此副本由软件包安装。请用其包管理器获取新版本：</translation>
        </message>
        <message>
            <location filename="app/ui/shell/update_badge.py" />
            <source>Its page has the files. Kubeferry does not replace itself.</source>
            <translation>文件在发布页面上。Kubeferry 不会自行替换。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/export_dialog.py" />
            <source>Export requests</source>
            <translation>导出请求</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/export_dialog.py" />
            <source>HTTP archive (*.har)</source>
            <translation>HTTP 归档 (*.har)</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/export_dialog.py" />
            <source>JSON lines (*.jsonl)</source>
            <translation>JSON 行 (*.jsonl)</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flow_model.py" />
            <source>SERVICE</source>
            <translation>服务</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flow_model.py" />
            <source>PORT</source>
            <translation>端口</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flow_model.py" />
            <source>PROTOCOL</source>
            <translation>协议</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flow_model.py" />
            <source>DOWN</source>
            <translation>下行</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flow_model.py" />
            <source>UP</source>
            <translation>上行</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flow_model.py" />
            <source>TOTAL</source>
            <translation>总计</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flow_model.py" />
            <source>1 connection in the last second</source>
            <translation>最近一秒有 1 个连接</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flow_model.py" />
            <source>{count} connections in the last second</source>
            <translation>最近一秒有 {count} 个连接</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flow_model.py" />
            <source>↓ {down} · ↑ {up} in all</source>
            <translation>共 ↓ {down} · ↑ {up}</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flow_model.py" />
            <source>{namespace} · to your laptop</source>
            <translation>{namespace} · 到您的电脑</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flow_model.py" />
            <source>{namespace} · pod</source>
            <translation>{namespace} · Pod</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flows_tab.py" />
            <source>Filter flows by name, address or port</source>
            <translation>按名称、地址或端口筛选流</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flows_tab.py" />
            <source>Filter flows</source>
            <translation>筛选流</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flows_tab.py" />
            <source>Of each second the 40 busiest connections are counted here.</source>
            <translation>这里每秒统计最繁忙的 40 个连接。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flows_tab.py" />
            <source>Flows</source>
            <translation>流</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flows_tab.py" />
            <source>Addresses only: you may not list this cluster's services and pods.</source>
            <translation>仅显示地址：您无权列出此集群的服务和 Pod。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flows_tab.py" />
            <source>Addresses only for now: the cluster does not tell their names.</source>
            <translation>暂时仅显示地址：集群没有提供它们的名称。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flows_tab.py" />
            <source>{count} flow</source>
            <translation>{count} 条流</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flows_tab.py" />
            <source>{count} flows</source>
            <translation>{count} 条流</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flows_tab.py" />
            <source>{shown} of {whole}</source>
            <translation>{whole} 条中的 {shown} 条</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flows_tab.py" />
            <source>No flow matches the filter.</source>
            <translation>没有匹配筛选条件的流。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flows_tab.py" />
            <source>Clear the filter</source>
            <translation>清除筛选</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flows_tab.py" />
            <source>Nothing goes through the connection right now.</source>
            <translation>目前没有数据经过此连接。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/flows_tab.py" />
            <source>Flows appear here while you are connected.</source>
            <translation>连接后，流会显示在这里。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>Send to my laptop</source>
            <translation>发送到我的电脑</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>to 127.0.0.1:{port} on this machine</source>
            <translation>到本机的 127.0.0.1:{port}</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>Headers, one on a line</source>
            <translation>请求头，每行一个</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>Body</source>
            <translation>正文</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>The body was not kept. Type one here, or send none.</source>
            <translation>正文没有保留。请在此输入，或不发送正文。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>Answer</source>
            <translation>响应</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>The answer appears here.</source>
            <translation>响应会显示在这里。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>Send</source>
            <translation>发送</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>Send again</source>
            <translation>再次发送</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>{status} {reason} · {time} · {size}</source>
            <translation>{status} {reason} · {time} · {size}</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>more than {size}</source>
            <translation>超过 {size}</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>Called off.</source>
            <translation>已中止。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>A header line has no colon. Write each as “name: value”.</source>
            <translation>有一行请求头没有冒号。请将每行写成“name: value”。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>Call off</source>
            <translation>中止</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>Waiting for the program on port {port} …</source>
            <translation>正在等待端口 {port} 上的程序…</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>HEADERS</source>
            <translation>请求头</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>Only these headers are known. Add what your program needs.</source>
            <translation>只知道这些请求头。请添加您的程序所需的请求头。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>Hidden, so not sent: {names}. Add what your program needs.</source>
            <translation>已隐藏，因此不会发送：{names}。请添加您的程序所需的请求头。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>BODY</source>
            <translation>正文</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>ANSWER</source>
            <translation>响应</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>Nothing listens on port {port} of this machine. Start your program, then send again.</source>
            <translation>本机端口 {port} 上没有程序监听。请启动您的程序，然后再次发送。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>No answer came within {time}. The program may stand at a breakpoint; send again when it goes on.</source>
            <translation>{time} 内没有响应。程序可能停在断点处；继续运行后请再次发送。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>What listens on port {port} ended the connection or did not answer in HTTP/1.1: {detail}.</source>
            <translation>监听端口 {port} 的程序结束了连接，或没有以 HTTP/1.1 响应：{detail}。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>This cannot be sent as HTTP: {detail}. Look at the path and the headers.</source>
            <translation>无法作为 HTTP 发送：{detail}。请检查路径和请求头。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>({size} that are not text: {kind})</source>
            <translation>（{size} 非文本内容：{kind}）</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>of no told type</source>
            <translation>类型未知</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_dialog.py" />
            <source>… the rest was not read.</source>
            <translation>…其余部分未读取。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_target.py" />
            <source>gRPC calls cannot be sent again: their messages are not kept.</source>
            <translation>gRPC 调用无法再次发送：其消息没有保留。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/replay_target.py" />
            <source>You have no intercept of {workload} for port {port}, so no port of your laptop belongs to it.</source>
            <translation>您在 {workload} 的端口 {port} 上没有拦截，因此您的电脑上没有对应的端口。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>Send to my laptop …</source>
            <translation>发送到我的电脑…</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>Copy as curl</source>
            <translation>复制为 curl</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>Close the details</source>
            <translation>关闭详情</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>Details of the request</source>
            <translation>请求的详情</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>(hidden)</source>
            <translation>（已隐藏）</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>Well-known headers and those that rules look at are told. Secrets are hidden.</source>
            <translation>显示常见的请求头和规则所用的请求头。机密信息已隐藏。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>No headers are known of this request.</source>
            <translation>此请求没有已知的请求头。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>REQUEST HEADERS</source>
            <translation>请求头</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>your laptop</source>
            <translation>您的电脑</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>the laptop of {owner}</source>
            <translation>{owner} 的电脑</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>Time</source>
            <translation>时间</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>Status</source>
            <translation>状态</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>ended without an answer</source>
            <translation>未收到响应即结束</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>Duration</source>
            <translation>耗时</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>Went to</source>
            <translation>去向</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>the cluster</source>
            <translation>集群</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>Rule</source>
            <translation>规则</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>Host</source>
            <translation>主机</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>Protocol</source>
            <translation>协议</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>Workload</source>
            <translation>工作负载</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>Pod</source>
            <translation>Pod</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_details.py" />
            <source>gRPC status</source>
            <translation>gRPC 状态</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_list.py" />
            <source>Requests</source>
            <translation>请求</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_model.py" />
            <source>TIME</source>
            <translation>时间</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_model.py" />
            <source>METHOD</source>
            <translation>方法</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_model.py" />
            <source>PATH</source>
            <translation>路径</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_model.py" />
            <source>STATUS</source>
            <translation>状态</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_model.py" />
            <source>DURATION</source>
            <translation>耗时</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_model.py" />
            <source>WENT TO</source>
            <translation>去向</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_model.py" />
            <source>RULE OF</source>
            <translation>规则所有者</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_model.py" />
            <source>POD</source>
            <translation>Pod</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_model.py" />
            <source>laptop</source>
            <translation>电脑</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_model.py" />
            <source>cluster</source>
            <translation>集群</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/request_model.py" />
            <source>not known</source>
            <translation>未知</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>Filter requests</source>
            <translation>筛选请求</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>Filter: words, status:5xx, method:POST, to:laptop, slow:&gt;100ms</source>
            <translation>筛选：文字、status:5xx、method:POST、to:laptop、slow:&gt;100ms</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>All of it must hold. Words, and status:5xx · status:&gt;=400 · method:POST · to:laptop · slow:&gt;100ms · path: · host: · pod: · rule: · header:x-user=alice. A minus in front turns a term round.</source>
            <translation>须满足所有条件。文字，以及 status:5xx · status:&gt;=400 · method:POST · to:laptop · slow:&gt;100ms · path: · host: · pod: · rule: · header:x-user=alice。在条件前加减号表示相反。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>All</source>
            <translation>全部</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>To laptop</source>
            <translation>到电脑</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>To cluster</source>
            <translation>到集群</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>Not understood, left out: {terms}</source>
            <translation>无法识别，已忽略：{terms}</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>Newest ({count} more)</source>
            <translation>最新（还有 {count} 个）</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>Newest</source>
            <translation>最新</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>{shown} of {total}</source>
            <translation>{total} 个中的 {shown} 个</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>{count} (older ones are dropped)</source>
            <translation>{count} 个（较早的已丢弃）</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>a sample: {count} more</source>
            <translation>抽样：还有 {count} 个</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>paused, {count} waiting</source>
            <translation>已暂停，{count} 个等待中</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>No request matches the filter.</source>
            <translation>没有匹配筛选条件的请求。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>Requests appear here while you are connected.</source>
            <translation>连接后，请求会显示在这里。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>Requests of workloads in mesh mode appear here: choose a workload and switch Mesh on.</source>
            <translation>网格模式下工作负载的请求会显示在这里：请选择工作负载并开启网格。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/requests_tab.py" />
            <source>Waiting for the next request of {names} … Copy, beside the rule, has a curl line that sends one.</source>
            <translation>正在等待 {names} 的下一个请求…… 规则旁的“复制”菜单里有可直接发送请求的 curl 命令。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/sparkline.py" />
            <source>Throughput</source>
            <translation>吞吐量</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/throughput_graph.py" />
            <source>Throughput of the last five minutes</source>
            <translation>最近五分钟的吞吐量</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/throughput_graph.py" />
            <source>↓ {down}   ↑ {up}</source>
            <translation>↓ {down}   ↑ {up}</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/throughput_graph.py" />
            <source>{count} min ago</source>
            <translation>{count} 分钟前</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Waiting for the first second …</source>
            <translation>正在等待第一秒的数据…</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Traffic appears here while you are connected.</source>
            <translation>连接后，流量会显示在这里。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Not exported: {problem}. Choose another folder, and try again.</source>
            <translation>未能导出：{problem}。请选择其他文件夹后重试。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>{count} request exported.</source>
            <translation>已导出 {count} 个请求。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>{count} requests exported.</source>
            <translation>已导出 {count} 个请求。</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Filter</source>
            <translation>筛选</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Filter (Ctrl+Shift+F)</source>
            <translation>筛选 (Ctrl+Shift+F)</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Save what is shown as HAR …</source>
            <translation>将显示的内容保存为 HAR…</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Save what is shown as JSON lines …</source>
            <translation>将显示的内容保存为 JSON 行…</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Unfold traffic</source>
            <translation>展开流量面板</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Fold traffic</source>
            <translation>折叠流量面板</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Go on</source>
            <translation>继续</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Go on: show what came meanwhile</source>
            <translation>继续：显示期间到达的内容</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Pause</source>
            <translation>暂停</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Pause: what is shown stands still, nothing is lost</source>
            <translation>暂停：显示内容保持不动，不会丢失任何数据</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Export what is shown</source>
            <translation>导出显示的内容</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Export: there is no request to save yet</source>
            <translation>导出：还没有可保存的请求</translation>
        </message>
        <message>
            <location filename="app/ui/traffic/traffic_dock.py" />
            <source>Export</source>
            <translation>导出</translation>
        </message>
        <message>
            <location filename="app/ui/widgets/clear_button.py" />
            <source>Clear</source>
            <translation>清除</translation>
        </message>
        <message>
            <location filename="app/ui/window_menu.py" />
            <source>Set up this machine</source>
            <translation>设置本机</translation>
        </message>
        <message>
            <location filename="app/ui/wiring/commands.py" />
            <source>This machine is connected to it.</source>
            <translation>本机已连接到它。</translation>
        </message>
        <message>
            <location filename="app/ui/wiring/commands.py" />
            <source>Doctor: check everything a connection needs</source>
            <translation>诊断：检查连接所需的一切</translation>
        </message>
        <message>
            <location filename="app/ui/wiring/commands.py" />
            <source>Look into {context}</source>
            <translation>查看 {context}</translation>
        </message>
        <message>
            <location filename="app/ui/wiring/commands.py" />
            <source>Show namespace {name}</source>
            <translation>显示命名空间 {name}</translation>
        </message>
        <message>
            <location filename="app/ui/wording.py" />
            <source>Starting</source>
            <translation>正在启动</translation>
        </message>
        <message>
            <location filename="app/ui/wording.py" />
            <source>Reconnecting</source>
            <translation>正在重新连接</translation>
        </message>
        <message>
            <location filename="app/ui/wording.py" />
            <source>Disconnecting</source>
            <translation>正在断开连接</translation>
        </message>
        <message>
            <location filename="app/ui/wording.py" />
            <source>Login needed</source>
            <translation>需要登录</translation>
        </message>
        <message>
            <location filename="app/ui/wording.py" />
            <source>proxy</source>
            <translation>代理</translation>
        </message>
        <message>
            <location filename="app/ui/wording.py" />
            <source>mesh</source>
            <translation>网格</translation>
        </message>
        <message>
            <location filename="app/ui/wording.py" />
            <source>waiting</source>
            <translation>等待中</translation>
        </message>
        <message>
            <location filename="app/ui/wording.py" />
            <source>partly active</source>
            <translation>部分生效</translation>
        </message>
        <message>
            <location filename="app/ui/wording.py" />
            <source>not reached</source>
            <translation>无法到达</translation>
        </message>
        <message>
            <location filename="app/ui/wording.py" />
            <source>taken over</source>
            <translation>已被接管</translation>
        </message>
        <message>
            <location filename="app/ui/wording.py" />
            <source>removed</source>
            <translation>已移除</translation>
        </message>
        <message>
            <location filename="app/ui/wording.py" />
            <source>{step}; then it is stopped</source>
            <translation>{step}，随后停止</translation>
        </message>
        <message>
            <location filename="app/controllers/browser.py" />
            <source>You may not list this cluster's namespaces.</source>
            <translation>您无权列出此集群的命名空间。</translation>
        </message>
        <message>
            <location filename="app/controllers/intercepts.py" />
            <source>Taken over from {who}.</source>
            <translation>已从 {who} 接管。</translation>
        </message>
        <message>
            <location filename="app/controllers/notice_gate.py" />
            <source>{count} more</source>
            <translation>还有 {count} 条</translation>
        </message>
        <message>
            <location filename="app/controllers/notice_gate.py" />
            <source>{count} things happened in your team</source>
            <translation>团队中有 {count} 项变化</translation>
        </message>
        <message>
            <location filename="app/controllers/notice_gate.py" />
            <source>{count} things happened to your intercepts</source>
            <translation>您的拦截有 {count} 项变化</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Open</source>
            <translation>打开</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Connect again</source>
            <translation>重新连接</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Start again</source>
            <translation>重新开始</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>the tunnel is down</source>
            <translation>隧道已中断</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>{why}. Kubeferry keeps trying to reach {context}.</source>
            <translation>{why}。Kubeferry 会继续尝试连接 {context}。</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Connection lost</source>
            <translation>连接已中断</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Connected again after {seconds} s</source>
            <translation>{seconds} 秒后已恢复连接</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Connected again after {minutes} min</source>
            <translation>{minutes} 分钟后已恢复连接</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Addresses of {context} are reachable again.</source>
            <translation>{context} 的地址又可以访问了。</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Connected to {context}</source>
            <translation>已连接到 {context}</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>This machine is in the cluster's network.</source>
            <translation>本机已接入集群网络。</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>The connection is in trouble</source>
            <translation>连接出现问题</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Some of the cluster may not be reachable.</source>
            <translation>集群的部分内容可能无法访问。</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Log in again to reach {context}</source>
            <translation>请重新登录以访问 {context}</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>The connection to {context} has ended</source>
            <translation>与 {context} 的连接已结束</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Cannot connect to {context}</source>
            <translation>无法连接到 {context}</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Cannot connect</source>
            <translation>无法连接</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>{name} is stopped next</source>
            <translation>接下来将停止 {name}</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>It is being worked on. As soon as that has ended, its traffic goes its normal way again.</source>
            <translation>正在处理中。处理一结束，其流量就会恢复原来的走向。</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Somebody else</source>
            <translation>其他人</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>{who} took over {name}</source>
            <translation>{who} 接管了 {name}</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Its traffic does not come to this machine any more.</source>
            <translation>它的流量不再转到本机。</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>{name} sends nothing to this machine</source>
            <translation>{name} 没有流量转到本机</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Its sidecars do not answer; requests go their normal way.</source>
            <translation>它的 sidecar 没有响应；请求按正常路径处理。</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>{name} is on this machine now</source>
            <translation>{name} 现在由本机处理</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Matching requests come here.</source>
            <translation>匹配的请求会转到这里。</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>All of its traffic comes here.</source>
            <translation>它的全部流量都会转到这里。</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Your mesh on {name} has ended</source>
            <translation>您在 {name} 上的网格拦截已结束</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Your proxy on {name} has ended</source>
            <translation>您在 {name} 上的代理拦截已结束</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>Its requests stay in the cluster.</source>
            <translation>它的请求留在集群中处理。</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>They take requests with {rule}.</source>
            <translation>对方接收带有 {rule} 的请求。</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>They take all of its traffic that no rule takes.</source>
            <translation>对方接收所有未被规则匹配的流量。</translation>
        </message>
        <message>
            <location filename="app/controllers/notices.py" />
            <source>{who} works on {name} too</source>
            <translation>{who} 也在使用 {name}</translation>
        </message>
        <message>
            <location filename="app/controllers/update_words.py" />
            <source>This is not an address; it looks like https://example.com/kubeferry/releases.json.</source>
            <translation>这不是地址；地址形如 https://example.com/kubeferry/releases.json。</translation>
        </message>
        <message>
            <location filename="app/controllers/update_words.py" />
            <source>Release news is fetched over https only; write https:// in front.</source>
            <translation>发布信息只通过 https 获取；请在前面写上 https://。</translation>
        </message>
        <message>
            <location filename="app/controllers/update_words.py" />
            <source>The address has a user's name or password in it; use one without.</source>
            <translation>地址中含有用户名或密码；请使用不含它们的地址。</translation>
        </message>
        <message>
            <location filename="app/controllers/update_words.py" />
            <source>The release news cannot be fetched ({reason}); it is tried again.</source>
            <translation>无法获取发布信息（{reason}）；稍后会重试。</translation>
        </message>
        <message>
            <location filename="app/controllers/update_words.py" />
            <source>The server answers with status {status}; look at the address.</source>
            <translation>服务器返回状态 {status}；请检查地址。</translation>
        </message>
        <message>
            <location filename="app/controllers/update_words.py" />
            <source>What is at the address is no release news; look at the address.</source>
            <translation>该地址处的内容不是发布信息；请检查地址。</translation>
        </message>
        <message>
            <location filename="app/controllers/update_words.py" />
            <source>The release news is not signed with Kubeferry's key, so it is not believed.</source>
            <translation>发布信息未用 Kubeferry 的密钥签名，因此不予采信。</translation>
        </message>
        <message>
            <location filename="app/controllers/update_words.py" />
            <source>The release news is of a form that this version does not know.</source>
            <translation>发布信息的格式是此版本不认识的。</translation>
        </message>
        <message>
            <location filename="app/controllers/update_words.py" />
            <source>The release news was good until {date} only: its server is behind.</source>
            <translation>发布信息的有效期只到 {date}：其服务器未及时更新。</translation>
        </message>
        <message>
            <location filename="app/controllers/update_words.py" />
            <source>This build has no key to verify release news with.</source>
            <translation>此构建没有用于验证发布信息的密钥。</translation>
        </message>
        <message>
            <location filename="app/controllers/updates.py" />
            <source>Nothing is checked: there is no address to ask. Kubeferry has none of its own yet.</source>
            <translation>没有检查：没有可询问的地址。Kubeferry 目前还没有自己的地址。</translation>
        </message>
        <message>
            <location filename="app/controllers/updates.py" />
            <source>This is the newest version.</source>
            <translation>这是最新版本。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>No kubeconfig</source>
            <translation>没有 kubeconfig</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>There is no kubeconfig file at {path}.</source>
            <translation>{path} 处没有 kubeconfig 文件。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Nothing on this machine or in the cluster was changed.</source>
            <translation>本机和集群均未作任何更改。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Set KUBECONFIG or give the file with --kubeconfig.</source>
            <translation>请设置 KUBECONFIG，或用 --kubeconfig 指定文件。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The kubeconfig cannot be used</source>
            <translation>无法使用 kubeconfig</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The kubeconfig {path} cannot be used: {problem}.</source>
            <translation>无法使用 kubeconfig {path}：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Correct the file; `kubectl config view` shows how kubectl reads it.</source>
            <translation>请修正该文件；`kubectl config view` 可显示 kubectl 读取的结果。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>No context chosen</source>
            <translation>未选择上下文</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The kubeconfig has no current context.</source>
            <translation>kubeconfig 中没有当前上下文。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Name one with --context, or choose one with `kubectl config use-context`.</source>
            <translation>用 --context 指定一个，或用 `kubectl config use-context` 选择一个。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>No such context</source>
            <translation>没有这个上下文</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The kubeconfig has no context {context}. It has: {known}.</source>
            <translation>kubeconfig 中没有上下文 {context}。现有：{known}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Name one of these with --context.</source>
            <translation>请用 --context 指定其中之一。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The login has expired</source>
            <translation>登录已过期</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The cluster of context {context} does not accept your login any more.</source>
            <translation>上下文 {context} 的集群不再接受您的登录。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Nothing can be asked of the cluster.</source>
            <translation>无法向集群发送任何请求。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Log in again the way you do for kubectl, then connect again.</source>
            <translation>请按 kubectl 的方式重新登录，然后重新连接。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The login command is missing</source>
            <translation>缺少登录命令</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The kubeconfig logs in with the command {command}, which is not installed. {hint}</source>
            <translation>kubeconfig 使用命令 {command} 登录，但该命令未安装。{hint}</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Install it, or put it on the PATH that Kubeferry is started with.</source>
            <translation>请安装它，或将它加入启动 Kubeferry 时的 PATH。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The login command failed</source>
            <translation>登录命令失败</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The kubeconfig's login command {command} failed: {problem}.</source>
            <translation>kubeconfig 的登录命令 {command} 失败：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Run it by hand, or `kubectl get ns`, and log in again.</source>
            <translation>请手动运行该命令或 `kubectl get ns`，然后重新登录。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The API server cannot be reached</source>
            <translation>无法访问 API 服务器</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The API server {server} cannot be reached: {problem}.</source>
            <translation>无法访问 API 服务器 {server}：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>There is no way into the cluster.</source>
            <translation>无法进入集群。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Check your network, VPN and proxy; `kubectl get ns` has to work from here.</source>
            <translation>请检查网络、VPN 和代理；`kubectl get ns` 必须能在本机正常运行。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The API server's certificate is not trusted</source>
            <translation>API 服务器的证书不受信任</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The certificate of {server} is not the one that the kubeconfig trusts: {problem}.</source>
            <translation>{server} 的证书不是 kubeconfig 所信任的证书：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Kubeferry does not talk to it.</source>
            <translation>Kubeferry 不与它通信。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Check certificate-authority in the kubeconfig, and whether something between intercepts TLS.</source>
            <translation>请检查 kubeconfig 中的 certificate-authority，以及中间是否有设备拦截 TLS。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>A right is missing</source>
            <translation>缺少权限</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Your user may not {verb} {resource} in namespace {namespace}.</source>
            <translation>您的用户无权在命名空间 {namespace} 中对 {resource} 执行 {verb}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The step that needs it cannot be done.</source>
            <translation>需要该权限的步骤无法执行。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Ask the cluster's administrator for it; README.md lists the rights that Kubeferry needs.</source>
            <translation>请向集群管理员申请；README.md 列出了 Kubeferry 所需的权限。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The API server answered with an error</source>
            <translation>API 服务器返回了错误</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The API server {server} answered with an error: {problem}.</source>
            <translation>API 服务器 {server} 返回了错误：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The step that needed the answer was given up.</source>
            <translation>需要该响应的步骤已放弃。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Try again; if it stays, ask the cluster's administrator.</source>
            <translation>请重试；如果仍然如此，请联系集群管理员。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The proxy failed</source>
            <translation>代理服务器失败</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The proxy {proxy} does not let us through to the API server: {problem}.</source>
            <translation>代理服务器 {proxy} 不允许访问 API 服务器：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Check proxy-url in the kubeconfig, or HTTPS_PROXY.</source>
            <translation>请检查 kubeconfig 中的 proxy-url 或 HTTPS_PROXY。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The cluster's rules forbid the sidecar</source>
            <translation>集群规则禁止 sidecar</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>The cluster does not admit {workload} with a sidecar: {problem}.</source>
            <translation>集群不允许带有 sidecar 的 {workload}：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Nothing in the cluster was changed.</source>
            <translation>集群未作任何更改。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_access.py" />
            <source>Ask who keeps this rule for an exemption for namespace {namespace}; it is an admission webhook or policy.</source>
            <translation>请向维护该规则（准入 Webhook 或策略）的人申请豁免命名空间 {namespace}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>There is no traffic manager</source>
            <translation>没有流量管理器</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Namespace {namespace} has no traffic manager.</source>
            <translation>命名空间 {namespace} 中没有流量管理器。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Without it nothing carries packets in the cluster.</source>
            <translation>没有它，集群中就无法传送数据包。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Install it with `kubeferry manager install`, or connect again: connecting installs it.</source>
            <translation>用 `kubeferry manager install` 安装，或者重新连接：连接时会自动安装。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>The traffic manager does not start</source>
            <translation>流量管理器无法启动</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>The traffic manager in namespace {namespace} does not become ready: {problem}.</source>
            <translation>命名空间 {namespace} 中的流量管理器一直未就绪：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Look at its pod: `kubectl -n {namespace} describe deployment,pod -l app.kubernetes.io/name=kubeferry`.</source>
            <translation>查看它的 Pod：`kubectl -n {namespace} describe deployment,pod -l app.kubernetes.io/name=kubeferry`。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>The traffic manager has another version</source>
            <translation>流量管理器的版本不同</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>The traffic manager in namespace {namespace} is of a version that this Kubeferry cannot talk to.</source>
            <translation>命名空间 {namespace} 中流量管理器的版本与此 Kubeferry 不兼容。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>What had been set up on this machine was undone.</source>
            <translation>本机上已做的设置均已撤销。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Install the one of this version: `kubeferry manager install`.</source>
            <translation>安装与此版本对应的流量管理器：`kubeferry manager install`。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>An image cannot be pulled</source>
            <translation>无法拉取镜像</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>The node cannot pull the image {image}: {problem}.</source>
            <translation>节点无法拉取镜像 {image}：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>That pod cannot start; what was begun was taken back.</source>
            <translation>该 Pod 无法启动；已开始的操作均已撤销。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>See whether the cluster can reach its registry. Other images of Kubeferry's own: `kubeferry connect --image` for the traffic manager's, --sidecar-image for the sidecar's.</source>
            <translation>检查集群能否访问镜像仓库。要改用 Kubeferry 自身的其他镜像：`kubeferry connect --image` 指定流量管理器的镜像，--sidecar-image 指定 sidecar 的镜像。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Pod Security forbids the pod</source>
            <translation>Pod Security 禁止该 Pod</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>The rules of namespace {namespace} forbid a pod that Kubeferry needs there: {problem}.</source>
            <translation>命名空间 {namespace} 的规则禁止 Kubeferry 所需的 Pod：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>It needs NET_ADMIN and MKNOD. An administrator can allow them with `kubectl label --overwrite namespace {namespace} pod-security.kubernetes.io/enforce=privileged`, or by an exemption; or use another namespace.</source>
            <translation>它需要 NET_ADMIN 和 MKNOD。管理员可以用 `kubectl label --overwrite namespace {namespace} pod-security.kubernetes.io/enforce=privileged` 或豁免规则来允许；也可以使用其他命名空间。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>The namespace's quota is used up</source>
            <translation>命名空间的配额已用尽</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>The quota of namespace {namespace} leaves no room for a pod that Kubeferry needs there: {problem}.</source>
            <translation>命名空间 {namespace} 的配额不足以运行 Kubeferry 所需的 Pod：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Have the quota raised, or make room: `kubectl -n {namespace} describe quota`.</source>
            <translation>请提高配额或腾出资源：`kubectl -n {namespace} describe quota`。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>No node takes the pod</source>
            <translation>没有节点可以运行该 Pod</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>No node can run a pod of namespace {namespace}: {problem}.</source>
            <translation>没有节点可以运行命名空间 {namespace} 的 Pod：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Make room on a node, or see why with `kubectl -n {namespace} get events`.</source>
            <translation>请在节点上腾出资源，或用 `kubectl -n {namespace} get events` 查看原因。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>No such workload</source>
            <translation>没有这个工作负载</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Namespace {namespace} has no {workload}.</source>
            <translation>命名空间 {namespace} 中没有 {workload}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>See what there is with `kubectl -n {namespace} get deploy,sts,ds,rs,pod`, or name another with -n.</source>
            <translation>用 `kubectl -n {namespace} get deploy,sts,ds,rs,pod` 查看现有的工作负载，或用 -n 指定其他命名空间。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>This workload cannot be used</source>
            <translation>无法使用此工作负载</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>{workload} cannot be intercepted: {problem}.</source>
            <translation>无法拦截 {workload}：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Choose another workload.</source>
            <translation>请选择其他工作负载。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>The workload changes all the time</source>
            <translation>工作负载一直在变化</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>{workload} was changed by somebody else each time Kubeferry was about to change it.</source>
            <translation>每次 Kubeferry 准备修改 {workload} 时，它都已被其他人修改。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>It is as the others left it.</source>
            <translation>它保持其他人修改后的状态。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Try again; if it stays, see who changes it with `kubectl get --show-managed-fields`.</source>
            <translation>请重试；如果仍然如此，用 `kubectl get --show-managed-fields` 查看是谁在修改。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Somebody else has it</source>
            <translation>已被其他人占用</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>{workload} is taken by {owner} since {since}: {rule}.</source>
            <translation>{workload} 自 {since} 起被 {owner} 占用：{rule}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Ask them, choose another rule, or take it from them with --take-over: they are told.</source>
            <translation>请与对方商量、选择其他规则，或用 --take-over 接管：对方会收到通知。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>The pods do not come up with the sidecar</source>
            <translation>带有 sidecar 的 Pod 无法启动</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>The pods of {workload} do not become ready: {problem}.</source>
            <translation>{workload} 的 Pod 一直未就绪：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>What was changed is taken back.</source>
            <translation>所做的更改均已撤销。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Look at its pods: `kubectl -n {namespace} describe {workload}` and `kubectl -n {namespace} get events`.</source>
            <translation>查看它的 Pod：`kubectl -n {namespace} describe {workload}` 和 `kubectl -n {namespace} get events`。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>The workload's intercepts cannot be read</source>
            <translation>无法读取工作负载的拦截</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>What {workload} says about its intercepts cannot be read: {problem}.</source>
            <translation>无法读取 {workload} 上记录的拦截信息：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>It was not changed.</source>
            <translation>它没有被修改。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Clear it with `kubeferry repair -n {namespace}`: the workload is restored, and everybody starts anew.</source>
            <translation>用 `kubeferry repair -n {namespace}` 清除：工作负载会恢复原状，所有人都需要重新开始。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Too many intercepts</source>
            <translation>拦截过多</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>You have {limit} intercepts, and no more are possible.</source>
            <translation>您已有 {limit} 个拦截，不能再增加。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_cluster.py" />
            <source>Leave some with `kubeferry leave`.</source>
            <translation>用 `kubeferry leave` 停止其中一些。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>The helper is not running</source>
            <translation>辅助服务未运行</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Kubeferry's helper service does not answer at {socket}.</source>
            <translation>Kubeferry 的辅助服务在 {socket} 没有响应。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Without it no network device can be made.</source>
            <translation>没有它就无法创建网络设备。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Start it: `sudo systemctl start kubeferry-helper`. If it was never installed: the window's first page does that.</source>
            <translation>启动它：`sudo systemctl start kubeferry-helper`。如果从未安装过：窗口的首次运行页面可以安装它。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>You may not use the helper</source>
            <translation>您无权使用辅助服务</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>User {user} is not allowed to use Kubeferry's helper service.</source>
            <translation>用户 {user} 无权使用 Kubeferry 的辅助服务。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Have an administrator run `sudo usermod -aG kubeferry {user}`, then log in again.</source>
            <translation>请管理员运行 `sudo usermod -aG kubeferry {user}`，然后重新登录系统。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>The helper has another version</source>
            <translation>辅助服务的版本不同</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Kubeferry's helper service and this program are of different versions: {problem}.</source>
            <translation>Kubeferry 的辅助服务与本程序的版本不同：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Restart it after the update: `sudo systemctl restart kubeferry-helper`.</source>
            <translation>更新后请重启它：`sudo systemctl restart kubeferry-helper`。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>The helper could not do it</source>
            <translation>辅助服务无法完成操作</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Kubeferry's helper service could not change this machine's network: {problem}.</source>
            <translation>Kubeferry 的辅助服务无法更改本机网络：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>See why with `journalctl -u kubeferry-helper`.</source>
            <translation>用 `journalctl -u kubeferry-helper` 查看原因。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>The helper stopped</source>
            <translation>辅助服务已停止</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Kubeferry's helper service stopped while it was in use.</source>
            <translation>Kubeferry 的辅助服务在使用中停止了。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>The connection ended and this machine's network is as it was before.</source>
            <translation>连接已结束，本机网络已恢复原状。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Connect again when it is back: `systemctl status kubeferry-helper`.</source>
            <translation>待它恢复后重新连接：`systemctl status kubeferry-helper`。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Cluster and local network overlap</source>
            <translation>集群网络与本地网络重叠</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>The cluster's subnets overlap with networks of this machine: {overlaps}.</source>
            <translation>集群的子网与本机的网络重叠：{overlaps}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Keep the local networks with --on-overlap exclude (cluster addresses in them stay out of reach).</source>
            <translation>用 --on-overlap exclude 保留本地网络（其中的集群地址将无法访问）。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>A route is already taken</source>
            <translation>路由已被占用</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>A route that the cluster needs is already taken: {problem}.</source>
            <translation>集群所需的路由已被占用：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Disconnect what holds it, or leave the range out with --exclude.</source>
            <translation>请断开占用它的连接，或用 --exclude 排除该网段。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Name resolution could not be set up</source>
            <translation>无法设置域名解析</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>This machine's resolver did not take the cluster's names: {problem}.</source>
            <translation>本机的解析器未接受集群的域名：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>See what manages names here with `kubeferry doctor`.</source>
            <translation>用 `kubeferry doctor` 查看本机由谁管理域名解析。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>It took too long</source>
            <translation>等待时间过长</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Gave up after {seconds} s of waiting for {waiting_for}.</source>
            <translation>等待 {waiting_for} 超过 {seconds} 秒，已放弃。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Try again, or see `kubeferry doctor`.</source>
            <translation>请重试，或运行 `kubeferry doctor` 查看。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>There is no connection.</source>
            <translation>当前没有连接。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Connect with `kubeferry connect`.</source>
            <translation>用 `kubeferry connect` 连接。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Nothing of yours is there</source>
            <translation>没有您的拦截</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>You have no intercept on {workload}.</source>
            <translation>您在 {workload} 上没有拦截。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>See what there is with `kubeferry status`.</source>
            <translation>用 `kubeferry status` 查看现有的拦截。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>The traffic manager lets no sidecar in</source>
            <translation>流量管理器不接受 sidecar</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>The traffic manager in namespace {namespace} gave no ticket for a sidecar.</source>
            <translation>命名空间 {namespace} 中的流量管理器未签发 sidecar 凭据。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>The workload was not changed.</source>
            <translation>工作负载没有被修改。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>If it was installed by an older Kubeferry, it has no keys: install it again with `kubeferry manager install`.</source>
            <translation>如果它由旧版 Kubeferry 安装，则没有密钥：用 `kubeferry manager install` 重新安装。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>A workload could not be restored</source>
            <translation>无法恢复工作负载</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>What was done to {workload} could not be undone: {problem}.</source>
            <translation>无法撤销对 {workload} 所做的更改：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>It still has its sidecar, which lets everything go its normal way.</source>
            <translation>它仍带有 sidecar，但所有流量都按正常路径处理。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Take it away with `kubeferry repair`.</source>
            <translation>用 `kubeferry repair` 移除它。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>It has to be confirmed</source>
            <translation>需要确认</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>{workload} was not touched: {problem}.</source>
            <translation>未对 {workload} 作任何操作：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Run it again in a terminal and answer, or give --yes.</source>
            <translation>请在终端中重新运行并回答提示，或加上 --yes。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>The session process failed</source>
            <translation>会话进程失败</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Kubeferry's background process does not answer: {problem}.</source>
            <translation>Kubeferry 的后台进程没有响应：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>The connection, if there was one, ends within seconds.</source>
            <translation>如果有连接，它会在几秒内结束。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Try again; its log is session.log in Kubeferry's state directory.</source>
            <translation>请重试；日志是 Kubeferry 状态目录中的 session.log。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>An older Kubeferry is still running</source>
            <translation>旧版 Kubeferry 仍在运行</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Kubeferry's background process is of another version than this program.</source>
            <translation>Kubeferry 后台进程的版本与本程序不同。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Disconnect and quit the window that runs the other version, then try again.</source>
            <translation>请断开连接并退出另一版本的窗口，然后重试。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>An option cannot be used</source>
            <translation>选项无法使用</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>{option}: {problem}.</source>
            <translation>{option}：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>The command's --help has examples.</source>
            <translation>该命令的 --help 中有示例。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Cancelled</source>
            <translation>已取消</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>It was cancelled before it was done.</source>
            <translation>操作在完成前已被取消。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>What had been set up was undone.</source>
            <translation>已做的设置均已撤销。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Try again when you like.</source>
            <translation>您可以随时重试。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>A fault in Kubeferry</source>
            <translation>Kubeferry 内部错误</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Kubeferry made a mistake: {problem}.</source>
            <translation>Kubeferry 出现错误：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_machine.py" />
            <source>Please report it, with session.log of Kubeferry's state directory.</source>
            <translation>请报告此问题，并附上 Kubeferry 状态目录中的 session.log。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The tunnel cannot reach the API server: {problem}.</source>
            <translation>隧道无法访问 API 服务器：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Cluster addresses are not reachable until it is back. Kubeferry keeps trying.</source>
            <translation>在恢复之前无法访问集群地址。Kubeferry 会继续尝试。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Check your network, VPN and proxy.</source>
            <translation>请检查网络、VPN 和代理。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The tunnel does not trust the API server's certificate: {problem}.</source>
            <translation>隧道不信任 API 服务器的证书：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Check whether something between intercepts TLS.</source>
            <translation>请检查中间是否有设备拦截 TLS。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The API server does not accept your login for the tunnel any more: {problem}.</source>
            <translation>API 服务器不再接受您用于隧道的登录：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Log in again the way you do for kubectl.</source>
            <translation>请按 kubectl 的方式重新登录。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Port forwarding is not allowed</source>
            <translation>不允许端口转发</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Your user may not forward ports to the traffic manager's pod: {problem}.</source>
            <translation>您的用户无权向流量管理器的 Pod 转发端口：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>There is no tunnel.</source>
            <translation>没有隧道。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Ask the cluster's administrator for get and create on pods/portforward.</source>
            <translation>请向集群管理员申请 pods/portforward 的 get 和 create 权限。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The traffic manager's pod is gone</source>
            <translation>流量管理器的 Pod 已消失</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The traffic manager's pod is gone: {problem}.</source>
            <translation>流量管理器的 Pod 已消失：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Wait for the next pod, or see `kubeferry doctor`.</source>
            <translation>请等待新的 Pod，或运行 `kubeferry doctor` 查看。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The traffic manager does not listen</source>
            <translation>流量管理器未在监听</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The traffic manager's pod runs, but its port is closed: {problem}.</source>
            <translation>流量管理器的 Pod 正在运行，但其端口已关闭：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Look at the log of its pod, or install it again with `kubeferry manager install`.</source>
            <translation>请查看其 Pod 的日志，或用 `kubeferry manager install` 重新安装。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The proxy does not let the tunnel through: {problem}.</source>
            <translation>代理服务器不允许隧道通过：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Check proxy-url in the kubeconfig, and that the proxy allows WebSockets.</source>
            <translation>请检查 kubeconfig 中的 proxy-url，并确认代理服务器允许 WebSocket。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The traffic manager is of a version that this Kubeferry cannot talk to: {problem}.</source>
            <translation>流量管理器的版本与此 Kubeferry 不兼容：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The traffic manager gave no address</source>
            <translation>流量管理器未分配地址</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The traffic manager refused an address: {problem}.</source>
            <translation>流量管理器拒绝分配地址：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Try again in a minute; if it stays, restart it with `kubectl rollout restart`.</source>
            <translation>请一分钟后重试；如果仍然如此，用 `kubectl rollout restart` 重启它。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The tunnel fell silent</source>
            <translation>隧道没有响应</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Nothing came through the tunnel any more: {problem}.</source>
            <translation>隧道中不再有数据到达：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Check your network.</source>
            <translation>请检查网络。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The tunnel was closed</source>
            <translation>隧道已关闭</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The tunnel was closed from the other side: {problem}.</source>
            <translation>隧道被对端关闭：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Nothing, if it is back soon; else see `kubeferry doctor`.</source>
            <translation>如果很快恢复则无需处理；否则请运行 `kubeferry doctor`。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The tunnel was lost for too long</source>
            <translation>隧道中断时间过长</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The tunnel was lost for {seconds} s ({problem}), and you chose to give the routes back then.</source>
            <translation>隧道已中断 {seconds} 秒（{problem}），按您的选择已释放路由。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The connection ended and this machine's network is as it was before; your intercepts wait for the next one.</source>
            <translation>连接已结束，本机网络已恢复原状；您的拦截会等待下一次连接。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Connect again, or choose in the settings to hold the routes until the tunnel is back.</source>
            <translation>请重新连接，或在设置中选择在隧道恢复前保留路由。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The tunnel process stopped</source>
            <translation>隧道进程已停止</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The process that carries the packets stopped.</source>
            <translation>传送数据包的进程已停止。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Connect again; `journalctl -u kubeferry-helper` tells why it stopped.</source>
            <translation>请重新连接；`journalctl -u kubeferry-helper` 可查看停止的原因。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The cluster does not answer through the tunnel</source>
            <translation>集群没有通过隧道响应</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>The tunnel is up, but a check through it failed: {problem}.</source>
            <translation>隧道已建立，但通过隧道的检查失败：{problem}。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>Cluster addresses or names may not work.</source>
            <translation>集群地址或域名可能无法使用。</translation>
        </message>
        <message>
            <location filename="app/domain/catalogue_tunnel.py" />
            <source>See `kubeferry doctor`; a network policy may forbid the traffic manager's packets.</source>
            <translation>请运行 `kubeferry doctor`；可能是网络策略禁止了流量管理器的数据包。</translation>
        </message>
        <message>
            <location filename="app/domain/stages.py" />
            <source>to {}</source>
            <translation>到 {}</translation>
        </message>
        <message>
            <location filename="app/domain/stages.py" />
            <source>Checking your rights</source>
            <translation>正在检查您的权限</translation>
        </message>
        <message>
            <location filename="app/domain/stages.py" />
            <source>in {}</source>
            <translation>（{}）</translation>
        </message>
        <message>
            <location filename="app/domain/stages.py" />
            <source>Installing the traffic manager</source>
            <translation>正在安装流量管理器</translation>
        </message>
        <message>
            <location filename="app/domain/stages.py" />
            <source>({})</source>
            <translation>（{}）</translation>
        </message>
        <message>
            <location filename="app/domain/stages.py" />
            <source>Waiting for the traffic manager</source>
            <translation>正在等待流量管理器</translation>
        </message>
        <message>
            <location filename="app/domain/stages.py" />
            <source>Opening the tunnel</source>
            <translation>正在打开隧道</translation>
        </message>
        <message>
            <location filename="app/domain/stages.py" />
            <source>Setting routes and names</source>
            <translation>正在设置路由和域名解析</translation>
        </message>
        <message>
            <location filename="app/domain/stages.py" />
            <source>Removing the traffic manager</source>
            <translation>正在移除流量管理器</translation>
        </message>
        <message>
            <location filename="app/domain/stages.py" />
            <source>Waiting for an answer from the cluster</source>
            <translation>正在等待集群响应</translation>
        </message>
        <message>
            <location filename="app/domain/intercept_stages.py" />
            <source>Looking at the workload</source>
            <translation>正在查看工作负载</translation>
        </message>
        <message>
            <location filename="app/domain/intercept_stages.py" />
            <source>Asking the traffic manager for a ticket</source>
            <translation>正在向流量管理器申请凭据</translation>
        </message>
        <message>
            <location filename="app/domain/intercept_stages.py" />
            <source>Putting the sidecar into the workload</source>
            <translation>正在将 sidecar 注入工作负载</translation>
        </message>
        <message>
            <location filename="app/domain/intercept_stages.py" />
            <source>Waiting for its pods</source>
            <translation>正在等待其 Pod</translation>
        </message>
        <message>
            <location filename="app/domain/intercept_stages.py" />
            <source>Waiting for the sidecars</source>
            <translation>正在等待 sidecar</translation>
        </message>
        <message>
            <location filename="app/domain/intercept_stages.py" />
            <source>Restoring the workload</source>
            <translation>正在恢复工作负载</translation>
        </message>
        <message>
            <location filename="app/domain/intercept_stages.py" />
            <source>Undoing what was done</source>
            <translation>正在撤销已做的更改</translation>
        </message>
    </context>
</TS>
