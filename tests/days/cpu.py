"""Processor time of a program and of what it starts, in microseconds, on standard output.

    python cpu.py PROGRAM ARGUMENT…
"""
import resource
import subprocess
import sys

done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=False)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(round((used.ru_utime + used.ru_stime) * 1e6))
sys.exit(done.returncode)
