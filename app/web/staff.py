"""The pages of staff, one module a face: desk, floor, visit, figures, and the lock that all share."""

from app.web import desk_page, floor_pages, lock, manager_page, offline, visit_pages

PARTS = (desk_page, offline, floor_pages, visit_pages, manager_page, lock)
