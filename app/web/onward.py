"""The way on, as parts of the application: programme, directory, referrals, hand-outs, companies, figures."""

from app.web import companies, directory, figures, hand_outs, programme, programme_pages, referrals

PARTS = (programme, directory, referrals, hand_outs, companies, figures, programme_pages)
