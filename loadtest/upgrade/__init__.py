"""`make upgrade`: people buy and watch while the servers of one version replace another's.

The stack begins with an older version: by default the last one before the newest migration. Then
`make rolling` brings it to this one, back, and here again. Nobody may notice: no request is
refused for want of a server, no socket is cut off or left with a gap, and the books agree.
"""
