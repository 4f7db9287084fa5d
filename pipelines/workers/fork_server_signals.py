"""Imported by the fork server before all else: signals that stop a process group are not for it, nor for its forks.

Ctrl-C and a service manager's SIGTERM reach the whole group. The fork server ends when nobody is left who could ask it
for a process; ended by a signal, it would take along every worker and what they have in work.
"""

import signal

for _number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(_number, signal.SIG_IGN)
# It is started with these blocked: what came until now is ignored, too.
signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
