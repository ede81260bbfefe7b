-- What a root cause is had been said wrongly: it is where a run first went wrong, not where what weighs most began.

ALTER TABLE run_rows COMMENT COLUMN IF EXISTS root_cause_span_id 'Span where the run first went wrong: the earliest of the weighty findings that follow from no other began there; empty for a run without any failure';
ALTER TABLE runs COMMENT COLUMN IF EXISTS root_cause_span_id 'Span where the run first went wrong: the earliest of the weighty findings that follow from no other began there; empty for a run without any failure';
ALTER TABLE session_rows COMMENT COLUMN IF EXISTS root_cause_trace_id 'Run that weighs most, of those that went wrong; empty where none did';
ALTER TABLE session_rows COMMENT COLUMN IF EXISTS root_cause_span_id 'Span where that run first went wrong';
ALTER TABLE sessions COMMENT COLUMN IF EXISTS root_cause_trace_id 'Run that weighs most, of those that went wrong; empty where none did';
ALTER TABLE sessions COMMENT COLUMN IF EXISTS root_cause_span_id 'Span where that run first went wrong';
