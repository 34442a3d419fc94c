#include "llm_proxy/providers/gemini_errors.hpp"

#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/error_mapping.hpp"
#include "llm_proxy/providers/gemini_answer.hpp"
#include "llm_proxy/providers/gemini_candidate.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/providers/scrub.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace llm_proxy::providers {

namespace {

constexpr std::size_t longest_text = 4096;

/// What an upstream said, before it is put into a client's words.
struct failure {
    int status = 0;
    std::string_view text;
    int code = 0; // `error.code`
    /// A whole answer of its own. A stream's errors are arrays or events, in which LiteLLM finds no
    /// sentence that tells an overload from other failures.
    bool whole = false;
};

struct finding {
    error_class kind;
    int status;
    /// What stands before the text: LiteLLM names some classes here.
    std::string_view words = gemini_exception;
};

constexpr std::string_view bad_request_words = "GeminiException BadRequestError";

/// `number` that is no part of a longer number.
bool has_number(std::string_view text, std::string_view number) {
    for (std::size_t at = text.find(number); at != std::string_view::npos;
         at = text.find(number, at + 1)) {
        const std::size_t end = at + number.size();
        if ((at == 0 || !is_digit(text[at - 1])) && (end == text.size() || !is_digit(text[end]))) {
            return true;
        }
    }
    return false;
}

finding rate_limited() {
    return {error_class::rate_limit, 429, "litellm.RateLimitError: GeminiException"};
}

finding by_status(int status) {
    switch (status) {
    case 400:
        return {error_class::bad_request, status, bad_request_words};
    case 401:
    case 404:
    case 408:
    case 503:
    case 504:
        return {class_of_status(status), status};
    case 429:
        return rate_limited();
    case 500:
        return {error_class::internal_server, status, "GeminiException InternalServerError"};
    case 502:
        return {error_class::api_connection, status};
    default:
        return {status >= 400 && status < 500 ? error_class::bad_request : error_class::api_error,
                status};
    }
}

/// LiteLLM looks for a 403 anywhere in the text. Here other numbers that hold these digits, and
/// failures that are surely of another kind, are not taken for it.
bool is_forbidden_call(const failure& said) {
    return said.status == 403 || (said.status == 400 && has_number(said.text, "403"));
}

bool is_quota(const failure& said) {
    return contains_any(said.text, {"429 Quota exceeded", "Quota exceeded for",
                                    "Resource exhausted", "429 Unable to submit request"}) ||
           (said.status >= 500 && said.code == 429);
}

/// The class by what is said, then by the status, in LiteLLM's order.
finding classify(const failure& said) {
    const std::string_view text = said.text;
    if (contains_any(text, {"Request Timeout Error", "Request timed out",
                            "Timed out generating response", "The read operation timed out"})) {
        return {error_class::timeout, said.status};
    }
    if (contains_any(
            text, {"Vertex AI API has not been used in project", "Unable to find your project"})) {
        return {error_class::bad_request, 400};
    }
    if (contains_any(text, {"400 Request payload size exceeds"}) || says_context_exceeded(text)) {
        return {error_class::context_window_exceeded, 400};
    }
    if (contains_any(text, {"None Unknown Error.", "Content has no parts."})) {
        return {error_class::internal_server, 500, "litellm.InternalServerError: GeminiException"};
    }
    if (contains_any(text, {"API key not valid."})) {
        return {error_class::authentication, 401};
    }
    if (is_forbidden_call(said)) {
        return {error_class::bad_request, 403, bad_request_words};
    }
    if (contains_any(text,
                     {"The response was blocked.", "Output blocked by content filtering policy"})) {
        return {error_class::content_policy_violation, 400};
    }
    if (is_quota(said)) {
        return rate_limited();
    }
    if (said.whole &&
        contains_any(text, {"500 Internal Server Error", "The model is overloaded."})) {
        return {error_class::internal_server, 500, "litellm.InternalServerError: GeminiException"};
    }
    return by_status(said.status);
}

/// The seconds of a protobuf duration such as `3.5s`, rounded up; nothing if it is none.
std::optional<std::string> whole_seconds(std::string_view duration) {
    constexpr std::size_t most_digits = 9;
    std::size_t at = 0;
    std::uint64_t seconds = 0;
    while (at < duration.size() && at < most_digits && is_digit(duration[at])) {
        seconds = seconds * 10 + static_cast<std::uint64_t>(duration[at] - '0');
        ++at;
    }
    if (at == 0 || !duration.ends_with('s')) {
        return std::nullopt;
    }
    const std::string_view rest = duration.substr(at, duration.size() - at - 1);
    if (!rest.empty() &&
        (rest.front() != '.' || !std::all_of(rest.begin() + 1, rest.end(), is_digit))) {
        return std::nullopt;
    }
    const bool fraction = rest.find_first_not_of(".0") != std::string_view::npos;
    return std::to_string(seconds + (fraction ? 1 : 0));
}

/// When to try again: google.rpc.RetryInfo.
/// https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
void add_retry_hint(const document& reported, error& out) {
    for (const document& detail : wire::list(reported, "details")) {
        if (const auto seconds = whole_seconds(text_of(detail, "retryDelay"))) {
            out.headers.emplace_back("retry-after", *seconds);
            return;
        }
    }
}

std::string_view beginning(std::string_view text) {
    if (text.size() <= longest_text) {
        return text;
    }
    std::size_t size = longest_text;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) {
        --size;
    }
    return text.substr(0, size);
}

error present(const failure& said, const document& reported, std::string_view requested_model) {
    const finding found = classify(said);
    // Google names the key of a project that it has suspended.
    error out = make_error({found.kind, false}, found.status, found.words,
                           scrub(beginning(said.text), {}), requested_model);
    add_retry_hint(reported, out);
    return out;
}

int code_of(const document& reported) {
    const std::int64_t code = wire::count(reported, "code");
    return code >= 400 && code <= 599 ? static_cast<int>(code) : 0;
}

/// https://cloud.google.com/apis/design/errors#handling_errors
int status_of_name(std::string_view name) {
    struct row {
        std::string_view name;
        int status;
    };
    constexpr std::array<row, 9> rows{{{"INVALID_ARGUMENT", 400},
                                       {"FAILED_PRECONDITION", 400},
                                       {"OUT_OF_RANGE", 400},
                                       {"UNAUTHENTICATED", 401},
                                       {"PERMISSION_DENIED", 403},
                                       {"NOT_FOUND", 404},
                                       {"RESOURCE_EXHAUSTED", 429},
                                       {"UNAVAILABLE", 503},
                                       {"DEADLINE_EXCEEDED", 504}}};
    const auto* found = std::find_if(rows.begin(), rows.end(),
                                     [name](const row& item) { return item.name == name; });
    return found == rows.end() ? 500 : found->status;
}

std::string reported_text(const document& reported) {
    std::string out(text_of(reported, "status"));
    const std::string_view message = text_of(reported, "message");
    if (!out.empty() && !message.empty()) {
        out += " - ";
    }
    out.append(message);
    return out.empty() ? dump_json(reported) : out;
}

/// Why an answer lacks what was asked for, as far as the upstream says.
struct reason {
    std::string_view text;
    bool policy = false;
};

reason reason_of(const document& answer) {
    const std::string_view blocked = text_of(wire::member(answer, "promptFeedback"), "blockReason");
    if (!blocked.empty()) {
        return {blocked, true};
    }
    // Imagen's own way to say it.
    for (const document& prediction : wire::list(answer, "predictions")) {
        if (const auto reason = text_of(prediction, "raiFilteredReason"); !reason.empty()) {
            return {reason, true};
        }
    }
    const document& candidates = wire::list(answer, "candidates");
    if (candidates.empty()) {
        return {};
    }
    const std::string_view native = text_of(candidates.front(), "finishReason");
    return {native, gemini_finish_reason(native) == "content_filter"};
}

} // namespace

error gemini_error(int status, std::string_view body, std::string_view requested_model) {
    const document parsed = parse_document(body).value_or(nullptr);
    const bool many = parsed.is_array() && !parsed.empty();
    const document& reported = wire::member(many ? parsed.front() : parsed, "error");
    failure said;
    said.status = status;
    said.text = body;
    said.code = code_of(reported);
    said.whole = !many;
    return present(said, reported, requested_model);
}

std::optional<error> gemini_reported_error(const document& answer,
                                           std::string_view requested_model) {
    const document& reported = wire::member(answer, "error");
    const bool is_text = reported.is_string() && !reported.get_ref<const std::string&>().empty();
    const bool is_object =
        reported.is_object() && (!text_of(reported, "message").empty() ||
                                 !text_of(reported, "status").empty() || code_of(reported) != 0);
    if (!is_text && !is_object) {
        return std::nullopt;
    }
    const std::string text =
        is_text ? reported.get_ref<const std::string&>() : reported_text(reported);
    failure said;
    said.text = text;
    said.code = code_of(reported);
    said.status = said.code != 0 ? said.code : status_of_name(text_of(reported, "status"));
    return present(said, reported, requested_model);
}

error gemini_invalid_answer(std::string_view received, std::string_view requested_model) {
    return invalid_answer_error(gemini_exception, received, requested_model);
}

error gemini_missing_output(const document& answer, std::string_view what,
                            std::string_view requested_model) {
    const reason why = reason_of(answer);
    std::string text = "The answer holds no ";
    text.append(what);
    if (!why.text.empty()) {
        text.append(" (").append(beginning(why.text)).append(")");
    }
    text += ".";
    const auto kind = why.policy ? error_class::content_policy_violation : error_class::bad_gateway;
    return make_error({kind, false}, 0, gemini_exception, text, requested_model);
}

} // namespace llm_proxy::providers
