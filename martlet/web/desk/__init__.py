"""
The desk: pages of those who look after the server.

Each module has the pages of one matter; what they share is in `office`. A page
is put together from the few blocks of `web/desk_pages.py`, so that all look and
work alike. Every rule is a use case's: pages name the permission they need, as
methods of the client API do, and call what those call.
"""
