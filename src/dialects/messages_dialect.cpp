#include "llm_proxy/dialects/messages_dialect.hpp"

#include "llm_proxy/dialects/messages_answer.hpp"
#include "llm_proxy/dialects/messages_request.hpp"
#include "llm_proxy/dialects/messages_stream.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/util/uuid.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace llm_proxy::dialects {

namespace {

class messages_dialect final : public client_dialect {
public:
    explicit messages_dialect(const dialect_options& options)
        : model_(options.model), id_("msg_" + uuid4(options.random)) {}

    result<std::string> request(std::string_view body) override {
        const auto given = providers::parse_document(body);
        if (!given || !given->is_object()) {
            return providers::bad_request("The request body is too deep or too wide.");
        }
        if (providers::member_of(*given, "max_tokens") == nullptr) {
            error missing =
                providers::bad_request("/messages: Missing required parameter: 'max_tokens'.");
            missing.param = "max_tokens";
            return missing;
        }
        const auto chat = chat_of_messages(*given, model_, names_);
        if (!chat) {
            return chat.error();
        }
        return dump_json(*chat);
    }

    result<std::string> answer(std::string_view completion) override {
        const auto given = providers::parse_document(completion);
        const auto message = message_of_chat(given ? *given : document(), names_);
        if (!message) {
            return message.error();
        }
        return dump_json(*message);
    }

    void begin() override { stream_.emplace(id_, names_); }

    result<void> chunk(std::string_view chunk, std::string& out) override {
        const auto given = providers::parse_document(chunk);
        return stream_->chunk(given ? *given : document(), out);
    }

    void finish(std::string& out) override { stream_->finish(out); }

    void fail(const error& failure, std::string& out) override {
        append_messages_error(failure, out);
    }

private:
    messages_model model_;
    tool_name_map names_;
    std::string id_;
    std::optional<messages_stream> stream_;
};

} // namespace

std::unique_ptr<client_dialect> make_messages_dialect(const dialect_options& options) {
    return std::make_unique<messages_dialect>(options);
}

} // namespace llm_proxy::dialects
