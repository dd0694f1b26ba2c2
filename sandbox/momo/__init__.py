"""MoMo AIO v2 (`/v2/gateway/api`), as MoMo's side sees it."""
