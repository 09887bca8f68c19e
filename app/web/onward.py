"""The way on, as one part of the application: programme, directory, referrals, hand-outs, companies, figures."""

from fastapi import APIRouter

from app.web import companies, directory, figures, hand_outs, programme, programme_pages, referrals

router = APIRouter()
for part in (programme, directory, referrals, hand_outs, companies, figures, programme_pages):
    router.include_router(part.router)
