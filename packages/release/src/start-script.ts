/**
 * `bin/NAME`: the one script of a release, POSIX sh and nothing beyond `readlink` and `sed`, so that it runs in dash and
 * busybox with PATH=/usr/bin:/bin. It finds the release, reads its environment and hands over to the supervisor's program.
 */

/** The script of a release; the name is already checked, it holds no character that means anything to a shell. */
export function startScript(name: string): string {
  return SCRIPT.replace('@NAME@', name)
}

const SCRIPT = `#!/bin/sh
# Starts and steers this release. Made by \`alk release\`; what the commands do: docs/guides/release.md of Alkahest.
set -eu

self=$0
case $self in */*) ;; *) self=./$self ;; esac
hops=0
while [ -L "$self" ]; do
  hops=$((hops + 1))
  if [ "$hops" -gt 40 ]; then
    echo "error: $0 is a loop of symbolic links" >&2
    exit 1
  fi
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=\${self%/*}/$link ;;
  esac
done

RELEASE_ROOT=$(CDPATH='' cd -- "\${self%/*}/.." && pwd -P)
RELEASE_NAME=@NAME@
RELEASE_PROG=\${0##*/}
RELEASE_COMMAND=\${1:-}
# A version that the operator set stays; one that this script found may have been replaced meanwhile.
if [ -z "\${RELEASE_VSN:-}" ] || [ "\${RELEASE_VSN_FROM:-}" = current ]; then
  read -r RELEASE_VSN <"$RELEASE_ROOT/releases/current"
  export RELEASE_VSN_FROM=current
fi
export RELEASE_ROOT RELEASE_NAME RELEASE_PROG RELEASE_COMMAND RELEASE_VSN

if [ ! -f "$RELEASE_ROOT/releases/$RELEASE_VSN/release.json" ]; then
  echo "error: version $RELEASE_VSN of $RELEASE_NAME is not in $RELEASE_ROOT/releases" >&2
  exit 1
fi

# The operator's file may use variables that are not set.
set +u
# shellcheck source=/dev/null
. "$RELEASE_ROOT/releases/$RELEASE_VSN/env.sh"
set -u

RELEASE_TMP=\${RELEASE_TMP:-$RELEASE_ROOT/tmp}
export RELEASE_TMP

read -r runtime <"$RELEASE_ROOT/releases/$RELEASE_VSN/runtime"
node=$RELEASE_ROOT/$runtime/bin/node
main=$RELEASE_ROOT/releases/$RELEASE_VSN/supervisor/main.mjs
node_args=\${RELEASE_NODE_ARGS:-$RELEASE_ROOT/releases/$RELEASE_VSN/node.args}

usage() {
  cat <<USAGE
Usage: $RELEASE_PROG COMMAND

  start          run in the foreground until stopped
  start_repl     the same with a REPL inside; leaving it stops the release
  daemon         start in the background, wait until it answers, print its process id
  stop           finish the requests at hand, then stop; waits for it
  restart        replace every worker by a new one, without closing the listening sockets
  pid            print the process id of the running supervisor
  ping           succeed when the release runs and is ready
  status         what runs: version, workers, restarts (--json for programs)
  remote         a REPL inside a worker; leaving it never ends the service
  rpc EXPR       run an expression inside a worker (--worker NAME, --force while it is blocked)
  logs           what was said in the background (-n COUNT, -f to follow)
  info           memory, processor and handles of every worker (--json)
  stack          where a worker is at this moment, also when its event loop is blocked
  profile [MS]   a CPU profile of a worker, into a file
  heap           a heap snapshot of a worker, into a file
  reload-config  evaluate the configuration again and replace the workers when it changed
  upgrade FILE   unpack and check a newer tarball and move over to it without losing a request (--window MS)
  rollback       move back to what ran before, or to a version that is given, the same way
  releases       the versions that are here
  verify         whether every file is what was released
  eval EXPR      run an expression with the release's code and configuration, in a new process
  version        print name and version
USAGE
}

# Runs the supervisor as a child and starts it again when something kills it, until it ends by itself or is told to stop.
# This shell outlives it, reaps what it leaves behind (as process 1 too), and passes signals on.
watch() {
  stopping=
  child=
  trap 'stopping=1; [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || :' TERM INT QUIT
  trap '[ -z "$child" ] || kill -HUP "$child" 2>/dev/null || :' HUP
  while :; do
    "$node" --disable-sigusr1 "$main" start &
    child=$!
    # Whoever waits for this start must see the end of the pipe when the supervisor, not this shell, goes.
    exec 3>&-
    unset RELEASE_READY_FD
    code=0
    wait "$child" || code=$?
    while kill -0 "$child" 2>/dev/null; do
      code=0
      wait "$child" || code=$?
    done
    child=
    if [ "$code" -le 128 ] || [ -n "$stopping" ]; then
      exit "$code"
    fi
    echo "$RELEASE_NAME: the supervisor was killed (status $code) and is started again" >&2
    sleep 1
    # An upgrade may have replaced this script and the version that starts.
    [ -n "$stopping" ] || exec /bin/sh "$RELEASE_ROOT/bin/$RELEASE_NAME" watch
  done
}

case $RELEASE_COMMAND in
  start)
    # Process 1 must reap orphans, which Node does not.
    if [ "$$" -eq 1 ]; then watch; fi
    exec "$node" --disable-sigusr1 "$main" "$@"
    ;;
  watch)
    watch
    ;;
  start_repl | daemon | stop | restart | pid | ping | status | remote | rpc | logs | info | stack | profile | heap | reload-config | \\
    upgrade | rollback | releases | verify)
    exec "$node" --disable-sigusr1 "$main" "$@"
    ;;
  eval)
    # One flag a line, so only line ends separate, and nothing is expanded.
    IFS='
'
    set -f
    # shellcheck disable=SC2046
    exec "$node" $(sed -e '/^[[:space:]]*#/d' -e '/^[[:space:]]*$/d' "$node_args") "$main" "$@"
    ;;
  version)
    echo "$RELEASE_NAME $RELEASE_VSN"
    ;;
  '' | help | --help | -h)
    usage
    ;;
  *)
    usage >&2
    echo >&2
    echo "error: unknown command $RELEASE_COMMAND" >&2
    exit 2
    ;;
esac
`
