"""The Chalice app: mounts the blueprints and declares the queue and schedule entry points. No logic here."""

from chalice import Chalice, Rate

app = Chalice(app_name="signalbox")


@app.route("/api/v4/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.on_sqs_message(queue="signalbox-webhooks", batch_size=10, maximum_concurrency=10)
def process_webhooks(event: object) -> dict[str, list[dict[str, str]]]:
    return {"batchItemFailures": []}


@app.on_sqs_message(queue="signalbox-tasks", batch_size=10, maximum_concurrency=5)
def process_tasks(event: object) -> dict[str, list[dict[str, str]]]:
    return {"batchItemFailures": []}


@app.schedule(Rate(1, unit=Rate.MINUTES))
def tick(event: object) -> None:
    return None
