"""Everything that knows AWS: DynamoDB tables, SQS queues, the S3 bucket of large requests."""
