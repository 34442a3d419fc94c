"""The differences that are meant. Each names its entry in docs/differences.md.

A rule is (id, pattern of case names, pattern of difference lines), both matched as a whole.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Rule(NamedTuple):
    id: str
    cases: str
    lines: str

    def allows(self, case: str, line: str) -> bool:
        return bool(re.fullmatch(self.cases, case) and re.fullmatch(self.lines, line))


ANY = ".*"
STREAMS = "(cost-)?stream.*|completion-stream"
OTHER_ERRORS = "(completion|image|speech)-unknown"

RULES = [
    # Headers.
    Rule("cost-headers", ANY, r"header -x-litellm-(key-spend|callback-duration-ms)"),
    Rule("cost-headers", "cost-stream.*", r"header -x-litellm-response-cost-.*"),
    Rule("unpriced", "(?!cost).*", r"header -x-litellm-response-cost-.*"),
    Rule("cost-parts", "cost-(speech|image)", r"header \+x-litellm-response-cost-.*"),
    Rule("retry-headers", ANY, r"header -x-litellm-attempted-(retries|fallbacks)"),
    Rule("more-headers", "(cost-)?(image|speech)|moderation|transcription|completion", r"header \+(x-litellm-|llm_provider-).*"),
    Rule("more-headers", ANY, r"header \+(x-litellm-(timeout|overhead-duration-ms|response-duration-ms|version|call-id|model-.*))"),
    Rule("more-headers", "completion-stream", r"header \+llm_provider-.*"),
    Rule("more-headers", "preflight", r"header \+access-control-expose-headers"),
    Rule("more-headers", ANY, r"header \+x-request-id"),
    Rule("timeout-header", "upstream-.*|stream-status.*|openrouter-.*|refused|broken-json|html|drop", r"header -x-litellm-timeout"),
    Rule("error-headers", "embedding-no-input|embedding-unknown", r"header -x-litellm-version"),
    Rule("error-headers", "key-.*|models-no-key|api-base|broken-body", r"header \+x-litellm-response-cost"),
    Rule("vary", ANY, r"header -vary"),
    Rule("compression", "models.*|moderation|health.*", r"header -content-encoding"),
    Rule("retry-after", "upstream-429-retry-after", r"header \+retry-after"),
    Rule("empty-body-headers", "options|trailing-slash", r"header [-+](content-type|content-length|access-control-.*)"),

    # Bodies of success.
    Rule("body-passthrough", ANY, r"body [-+~]choices\[\]\.(message\.)?(provider_specific_fields.*|refusal|logprobs|reasoning)(: .*)?"),
    Rule("body-passthrough", "completion|(cost-)?embedding.*", r"body -(usage\.(completion|prompt)_tokens_details|system_fingerprint|usage\.completion_tokens)"),
    Rule("body-passthrough", "(cost-)?image", r"body -(background|output_format|quality|size|usage.*|data\[\]\.(revised_prompt|url|provider_specific_fields))"),
    Rule("body-passthrough", "transcription", r"body -(usage|words|segments)"),
    Rule("body-passthrough", "moderation", r"body -results\[\]\.(categories|category_scores|category_applied_input_types).*"),
    Rule("usage-not-invented", "no-usage", r"body -usage.*"),
    Rule("health-fields", "health-one", r"body [-+]healthy_endpoints\[\]\.(api_base|rpm|tpm)"),

    # Streams.
    Rule("body-passthrough", STREAMS, r"body [-+~]events\[\]\.(choices\[\]\.(finish_reason|logprobs|text|delta\..*)|system_fingerprint|native_finish_reason)(: .*)?"),
    Rule("usage-chunk-choices", "stream(-no)?-usage|cost-stream.*", r"body [-+~](events\[\]\.usage\..*_details.*|events\[\]\.choices.*|summary\.usage.*)"),
    Rule("body-passthrough", "completion-stream", r"body [-+~](events\[\]\.(usage.*|system_fingerprint)|summary\..*)"),
    Rule("done-after-error", "stream-error-inside", r"body ([-+~]summary\.(done|errors)|~events\[\]\.error\.type).*"),
    Rule("stream-eof", "stream-eof", r"body [-+~](summary\.(done|errors|finish)|events\[\]\.(error|choices)).*"),
    Rule("stream-empty", "stream-empty", r"status 200 > 500|header .*|body .*"),
    Rule("stream-from-json", "stream-from-json", r"header .*|body .*"),
    Rule("stream-error-first", "stream-error-first", r"status 500 > 50\d|header .*|body (error\.|~error\.type).*"),

    # Errors.
    Rule("bad-credential", "upstream-401", r"status 401 > 502|header .*|body .*"),
    Rule("upstream-422", "upstream-422", r"status 200 > 422|header .*|body .*"),
    Rule("json-not-object", "array-body", r"status 500 > 400|header .*|body .*"),
    Rule("parser-text", "broken-(body|json)", r"body error\.message: .*"),
    Rule("error-shape", "(unknown|no)-model|model-null|embedding-unknown", r"body -error\.provider_specific_fields.*"),
    Rule("token-counter-errors", "tokens-(nothing|no-model|text)", r"header .*|body .*"),
    Rule("token-counter-errors", "tokens-(odd-part|array)", r"status 500 > 400|header .*|body .*"),
    Rule("error-shape", OTHER_ERRORS, r"header .*|body .*"),

    # Access.
    Rule("api-base-text", "api-base", r"body (error\.message|error\.param|~error\.param): .*"),
    Rule("wrong-key", "key-wrong", r"status 400 > 401|header .*|body .*"),
    Rule("auth-before-body", "broken-body-no-key", r"status 400 > 401|header .*|body .*"),

    # Routes.
    Rule("not-found", "not-found|wrong-method|model-unknown", r"body .*"),
    Rule("not-found", "head|not-found|wrong-method|model-unknown", r"header .*"),
    Rule("model-id-slash", "model-slash", r"status 404 > 200|header .*|body .*"),
]
