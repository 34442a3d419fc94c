#include "llm_proxy/relay/counted_usage.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/tokens/prompt_count.hpp"

#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace llm_proxy::relay {

namespace {

/// No sum of two overflows.
constexpr std::int64_t most_tokens = std::int64_t{1} << 53;

std::optional<std::int64_t> number(std::string_view object,
                                   const std::vector<json::member>& members, std::string_view name,
                                   std::string_view in_responses = {}) {
    const auto* item = json::find(object, members, name);
    if (item == nullptr && !in_responses.empty()) {
        item = json::find(object, members, in_responses);
    }
    if (item == nullptr || item->type != json::kind::number) {
        return std::nullopt;
    }
    std::int64_t value = 0;
    const std::string_view text = json::value_of(object, *item);
    std::from_chars(text.data(), text.data() + text.size(), value);
    return std::clamp<std::int64_t>(value, 0, most_tokens);
}

/// A text or several in a row.
std::string joined(const document& texts) {
    std::string out;
    for (const document& item : texts) {
        if (item.is_string()) {
            out.append(item.get_ref<const std::string&>());
        }
    }
    return out;
}

std::int64_t count_request(const usage_order& order, const tokens::encoding& by) {
    auto request = providers::parse_document(order.request);
    if (!request || !request->is_object()) {
        return 0;
    }
    if (order.type == model::call_type::embedding) {
        const auto input = request->find("input");
        return input == request->end() ? 0 : static_cast<std::int64_t>(by.count(joined(*input)));
    }
    document messages = document::array();
    if (order.type == model::call_type::chat_completion) {
        messages = request->value("messages", document::array());
    } else {
        document prompt{{"role", "user"}};
        prompt["content"] = request->value("prompt", document());
        messages.push_back(std::move(prompt));
    }
    const auto counted = tokens::count_prompt(by, messages);
    return counted ? *counted : 0;
}

std::int64_t scaled(std::size_t count, double scale) {
    return std::llround(static_cast<double>(count) * scale);
}

} // namespace

known_usage read_known_usage(std::string_view object) {
    known_usage out;
    if (object.starts_with('{')) {
        std::vector<json::member> members;
        json::scan_valid(object, members);
        out.prompt_tokens = number(object, members, "prompt_tokens", "input_tokens");
        out.completion_tokens = number(object, members, "completion_tokens", "output_tokens");
        out.total_tokens = number(object, members, "total_tokens");
    }
    return out;
}

counted_usage count_usage(const usage_order& order) {
    const auto& by = tokens::encoding::get(tokens::encoding_for(order.model));
    counted_usage out;
    model::usage& tokens = out.tokens;
    tokens.counted = true;
    tokens.prompt_tokens =
        order.known.prompt_tokens ? *order.known.prompt_tokens : count_request(order, by);
    if (order.known.completion_tokens) {
        tokens.completion_tokens = *order.known.completion_tokens;
    } else {
        const answer_text& answer = order.answer;
        out.reasoning_tokens = scaled(by.count(answer.thoughts()), answer.scale());
        out.with_details = !answer.has_calls() || out.reasoning_tokens > 0;
        tokens.completion_tokens =
            scaled(by.count(answer.said()), answer.scale()) + out.reasoning_tokens;
    }
    tokens.total_tokens = tokens.prompt_tokens + tokens.completion_tokens;
    return out;
}

net::task<std::optional<counted_usage>> count_usage_apart(net::background* thread,
                                                          std::shared_ptr<usage_order> order) {
    if (thread == nullptr) {
        co_return count_usage(*order);
    }
    const net::executor here = co_await net::asio::this_coro::executor;
    auto counted = std::make_shared<counted_usage>();
    net::background::work todo = [order, counted] { *counted = count_usage(*order); };
    const bool done = co_await thread->run(here, std::move(todo));
    if (!done) {
        co_return std::nullopt;
    }
    co_return *counted;
}

std::string usage_json(const counted_usage& counted, model::call_type type) {
    const model::usage& tokens = counted.tokens;
    document out{{"completion_tokens", tokens.completion_tokens},
                 {"prompt_tokens", tokens.prompt_tokens},
                 {"total_tokens", tokens.total_tokens}};
    if (type == model::call_type::embedding) {
        out["completion_tokens_details"] = nullptr;
        out["prompt_tokens_details"] = nullptr;
    } else if (counted.with_details) {
        const std::int64_t text = tokens.completion_tokens - counted.reasoning_tokens;
        out["completion_tokens_details"] = {{"reasoning_tokens", counted.reasoning_tokens},
                                            {"text_tokens", text}};
    }
    return dump_json(out);
}

} // namespace llm_proxy::relay
