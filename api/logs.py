"""Log lines: one JSON object a line for machines, or text for people."""

from typing import Any


def logging_of(form: str, level: str) -> dict[str, Any]:
    """Configure logging (``logging.config.dictConfig``).

    Args:
        form: ``json`` or ``text``.
        level: the least level that is written, such as INFO.

    Returns:
        The configuration; everything goes to standard error.

    """
    fields = "%(asctime)s %(levelname)s %(name)s %(message)s"
    formatters: dict[str, Any] = {
        "text": {"format": fields},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": fields,
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        },
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": formatters,
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": form,
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"empilement": {"level": level}, "uvicorn": {"level": "WARNING"}},
    }
