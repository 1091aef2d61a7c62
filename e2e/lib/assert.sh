# Assertions of the end-to-end steps: each says what it wanted and what it got, and ends the run.

passed=0
work=$(mktemp -d)

fail() { say "FAILED: $*"; exit 1; }

# expect_exit CODE COMMAND...: output goes to $work/out and $work/err.
expect_exit() {
  local want=$1 got=0
  shift
  "$@" > "$work/out" 2> "$work/err" < /dev/null || got=$?
  [ "$got" = "$want" ] || { cat "$work/out" "$work/err" >&2; fail "'$*' ended with $got, not $want"; }
}

# expect_text FILE PATTERN
expect_text() {
  grep -Eq -- "$2" "$1" || { cat "$1" >&2; fail "no match for '$2' in $1"; }
}

# expect_within SECONDS COMMAND...
expect_within() {
  local limit=$1
  shift
  await "$limit" "$@" || fail "'$*' was not true within $limit s"
}

# What a run must not leave behind.
leftovers() {
  local bad=0
  if ip -o link | grep -Eq ': vt[0-9a-z]{11}[:@]'; then
    ip -o link | grep -E ': vt[0-9a-z]{11}[:@]' >&2
    say "FAILED: tap devices are left"
    bad=1
  fi
  if [ -d "$VT_DEV_RUN_DIR" ] && [ -n "$(find "$VT_DEV_RUN_DIR" -name '*.sock' -print -quit)" ]; then
    say "FAILED: sockets are left in $VT_DEV_RUN_DIR"
    bad=1
  fi
  # Tables vt_… of the packet filter; "command not found" is nothing left, too.
  if nft list tables 2> /dev/null | grep -Eq ' vt_[0-9a-z]{11}$'; then
    nft list tables | grep -E ' vt_[0-9a-z]{11}$' >&2
    say "FAILED: tables of the packet filter are left"
    bad=1
  fi
  return $bad
}
