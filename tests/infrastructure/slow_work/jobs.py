"""Work for child processes of the tests, by what its input says."""

import os
import time


def work(content: bytes) -> bytes:
    match content.partition(b" "):
        case (b"pid", _, _):
            return str(os.getpid()).encode()
        case (b"settings", _, _):
            return repr(sorted(os.environ)).encode()
        case (b"nice", _, _):
            return str(os.nice(0)).encode()
        case (b"die", _, _):
            os.kill(os.getpid(), 9)
        case (b"hang", _, _):
            while True:
                time.sleep(1)
        case (b"eat", _, megabytes):
            return str(len(bytearray(int(megabytes) << 20))).encode()
        case (b"refuse", _, why):
            raise ValueError(why.decode())
    return content
