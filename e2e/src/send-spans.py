"""Sends one agent run by OpenTelemetry's Python SDK. Arguments: OTLP/HTTP base URL, conversation id."""

import sys

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

url, conversation = sys.argv[1:3]
provider = TracerProvider(resource=Resource.create({"service.name": "shop-py"}))
exporter = OTLPSpanExporter(endpoint=f"{url}/v1/traces", compression=Compression.Gzip)
provider.add_span_processor(BatchSpanProcessor(exporter))
tracer = provider.get_tracer("my.agent.py", "2.0.0")

with tracer.start_as_current_span("invoke_agent refunds") as root:
    root.set_attributes({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "refunds"})
    root.set_attribute("gen_ai.conversation.id", conversation)
    try:
        with tracer.start_as_current_span("execute_tool refund_order") as tool:
            tool.set_attributes({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "refund_order"})
            raise TimeoutError("no answer after 30 s")
    except TimeoutError:
        pass

provider.shutdown()
