"""What a query of a page may take: one that asks for more is told so, and the others stay quick.

Memory is bounded by the server's own profile, which knows the machine.
"""

# Subqueries name the same traces (or scores) as the query around them, all of which one shard
# holds: in a cluster each shard asks itself.
_LOCAL = {"distributed_product_mode": "local"}

LIST = {**_LOCAL, "max_execution_time": 10}
ONE_TRACE = {**_LOCAL, "max_execution_time": 10}
WHOLE_RANGE = {**_LOCAL, "max_execution_time": 20}  # a person asked for it and waits
# Beside a page: a total that is not soon told is estimated.
COUNT = {**_LOCAL, "max_execution_time": 4}
