"""PostgreSQL through psycopg's pool, without its dead connections.

The pool can check a connection before it hands it out, but that costs a round trip each time,
and after a check that failed it waits ever longer before the next one: four connections that
died with their server are more than its time-out, although the server is long back. A
connection that its server has closed can be told without asking: there is something to read.
"""

import select
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, except for connections that died while nobody used them."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection that its server has not closed.

        Raises:
            psycopg_pool.PoolTimeout: There was none within the pool's time-out.
        """
        while True:
            connection = super().get_new_connection(conn_params)
            if not _has_news(connection):
                return connection
            # The pool makes another for each that comes back closed.
            connection.close()
            self.pool.putconn(connection)


def _has_news(connection: Any) -> bool:
    """Tell whether an idle connection has something to read: its server's farewell, or the end."""
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))
