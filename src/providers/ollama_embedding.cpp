#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/providers/embedding_vector.hpp"
#include "llm_proxy/providers/ollama_answer.hpp"
#include "llm_proxy/providers/request_document.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace llm_proxy::providers {

namespace {

/// Answers of `/api/embed`.
class embedding final : public translation {
public:
    explicit embedding(ollama_answer_options chosen) : options_(std::move(chosen)) {}

    result<translated_body> body(const http::response_head& head, std::string_view bytes) override;
    result<void> event(std::string_view data, std::vector<std::string>& chunks) override;
    result<void> finish(std::vector<std::string>& chunks) override;

private:
    std::optional<document> data_of(document& answer) const;

    ollama_answer_options options_;
};

/// Nothing if the answer holds no vectors.
std::optional<document> embedding::data_of(document& answer) const {
    const auto vectors = answer.find("embeddings");
    if (vectors == answer.end() || !vectors->is_array()) {
        return std::nullopt;
    }
    document data = document::array();
    for (document& vector : *vectors) {
        if (!is_vector(vector)) {
            return std::nullopt;
        }
        document item{{"object", "embedding"}, {"index", data.size()}};
        item["embedding"] =
            options_.base64_embeddings ? document(packed_vector(vector)) : std::move(vector);
        data.push_back(std::move(item));
    }
    return data;
}

result<translated_body> embedding::body(const http::response_head&, std::string_view bytes) {
    auto answer = read_ollama_document(bytes, options_);
    if (!answer) {
        return answer.error();
    }
    auto data = data_of(*answer);
    if (!data) {
        return not_an_answer(bytes, options_);
    }
    document out{{"object", "list"}, {"model", options_.requested_model}};
    out["data"] = std::move(*data);
    if (const auto tokens = ollama_count(*answer, "prompt_eval_count")) {
        out["usage"] = {{"completion_tokens", 0},
                        {"prompt_tokens", *tokens},
                        {"total_tokens", *tokens},
                        {"completion_tokens_details", nullptr},
                        {"prompt_tokens_details", nullptr}};
    }
    return translated_body{.bytes = dump_json(out)};
}

result<void> embedding::event(std::string_view data, std::vector<std::string>&) {
    return not_an_answer(data, options_);
}

result<void> embedding::finish(std::vector<std::string>&) {
    return {};
}

} // namespace

std::unique_ptr<translation> make_ollama_embedding(ollama_answer_options options) {
    return std::make_unique<embedding>(std::move(options));
}

} // namespace llm_proxy::providers
