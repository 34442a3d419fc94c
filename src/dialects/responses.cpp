#include "llm_proxy/dialects/responses.hpp"

#include "llm_proxy/dialects/response_builder.hpp"
#include "llm_proxy/dialects/response_object.hpp"
#include "llm_proxy/dialects/responses_request.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/providers/request_document.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace llm_proxy::dialects {

namespace {

/// As LiteLLM ends every stream; OpenAI itself does not, and its clients take both.
constexpr std::string_view end_of_stream = "data: [DONE]\n\n";

error no_completion() {
    return {502, "internal_server_error", "the answer is no chat completion"};
}

class responses_dialect final : public client_dialect {
public:
    explicit responses_dialect(const dialect_options& options) : options_(options) {}

    result<std::string> request(std::string_view body) override {
        const auto given = providers::parse_request(body);
        if (!given) {
            return given.error();
        }
        auto chat = make_chat_request(*given);
        if (!chat) {
            return chat.error();
        }
        echo_ = response_echo(*given);
        free_text_ = std::move(chat->free_text);
        begin();
        return dump_json(*chat->body);
    }

    void begin() override {
        builder_.emplace(echo_, free_text_, options_.created, options_.random);
    }

    result<std::string> answer(std::string_view completion) override {
        const auto chat = providers::parse_document(completion);
        if (!chat || !chat->is_object() || !chat->contains("choices")) {
            return no_completion();
        }
        if (auto taken = builder_->take(*chat); !taken) {
            return taken.error();
        }
        builder_->finish();
        return dump_json(builder_->response());
    }

    result<void> chunk(std::string_view text, std::string& out) override {
        const auto chat = providers::parse_document(text);
        if (!chat || !chat->is_object()) {
            return no_completion();
        }
        builder_->events().into(&out);
        return builder_->take(*chat);
    }

    void finish(std::string& out) override {
        builder_->events().into(&out);
        builder_->finish();
        out.append(end_of_stream);
    }

    void fail(const error& failure, std::string& out) override {
        builder_->events().into(&out);
        builder_->fail(failure);
        out.append(end_of_stream);
    }

private:
    dialect_options options_;
    document echo_; // what the response repeats of the request
    custom_tools free_text_;
    std::optional<response_builder> builder_; // once there is a request
};

} // namespace

std::unique_ptr<client_dialect> make_responses_dialect(const dialect_options& options) {
    return std::make_unique<responses_dialect>(options);
}

void append_response_error(const error& failure, std::int64_t number, std::string& out) {
    response_events events(number);
    events.into(&out);
    events.tell("error", error_members(failure));
    out.append(end_of_stream);
}

} // namespace llm_proxy::dialects
