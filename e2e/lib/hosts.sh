# Hosts as network namespaces on one bridge, IPv6 only, none of it in the machine's own network. Wants $hosts_prefix, $hosts_count.
# Host N is fd99::N. Sourced; needs root.

host() { echo "$hosts_prefix-h$1"; }
on() { # on N COMMAND...
  local n=$1
  shift
  ip netns exec "$(host "$n")" "$@"
}

hosts_up() {
  local n switch=$hosts_prefix-sw
  ip netns add "$switch"
  ip -n "$switch" link add br0 type bridge mcast_snooping 0
  ip -n "$switch" link set br0 up
  for n in $(seq "$hosts_count"); do
    ip netns add "$(host "$n")"
    ip link add "p$n" netns "$switch" type veth peer name eth0 netns "$(host "$n")"
    ip -n "$switch" link set "p$n" master br0 up
    on "$n" sysctl -qw net.ipv6.conf.eth0.accept_dad=0
    on "$n" ip link set lo up
    on "$n" ip -6 addr add "fd99::$n/64" dev eth0 nodad
    on "$n" ip link set eth0 up
  done
}

# Ends what runs in the hosts, and removes them.
hosts_down() {
  local n pid namespace
  for n in $(seq "$hosts_count"); do
    ip netns pids "$(host "$n")" 2>/dev/null | while read -r pid; do kill "$pid" 2>/dev/null || true; done
  done
  for n in $(seq "$hosts_count"); do
    for _ in $(seq 100); do [ -z "$(ip netns pids "$(host "$n")" 2>/dev/null)" ] && break; sleep 0.1; done
    ip netns pids "$(host "$n")" 2>/dev/null | while read -r pid; do kill -9 "$pid" 2>/dev/null || true; done
  done
  for namespace in $(ip netns list | awk '{print $1}' | grep "^$hosts_prefix-"); do ip netns del "$namespace"; done
}

# cut A B: nothing passes between two hosts. lose A B PERCENT: some of it does not. heal: everything passes again.
between() { # between A B VERDICT
  ip netns exec "$hosts_prefix-sw" nft -f - <<EOF
add table bridge cuts
add chain bridge cuts forward { type filter hook forward priority 0; policy accept; }
add rule bridge cuts forward iifname p$1 oifname p$2 $3
add rule bridge cuts forward iifname p$2 oifname p$1 $3
EOF
}
cut_between() { between "$1" "$2" drop; }
lose() { between "$1" "$2" "numgen random mod 100 < $3 drop"; }
heal() { printf 'add table bridge cuts\ndelete table bridge cuts\n' | ip netns exec "$hosts_prefix-sw" nft -f -; }
