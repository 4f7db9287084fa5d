"""Ignore SIGINT and SIGTERM in the fork server and its forks.

The fork server imports this first. Ctrl-C and a service manager's SIGTERM reach the whole process group. The fork
server ends when no process is left that could ask it for workers. If a signal ended it, all workers and their pages
would be lost.
"""

import signal

for _number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(_number, signal.SIG_IGN)
# It is started with these blocked: what came until now is ignored, too.
signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
