"""The holder's back end: receives credentials, keeps them, and shows what the resident agrees to show."""
