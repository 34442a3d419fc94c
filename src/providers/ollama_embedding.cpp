#include "llm_proxy/providers/ollama_answer.hpp"
#include "llm_proxy/providers/request_document.hpp"
#include "llm_proxy/util/base64.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <utility>

namespace llm_proxy::providers {

namespace {

using document = nlohmann::ordered_json;

/// Little-endian float32 one after the other, as OpenAI's clients unpack them.
std::string packed(const document& vector) {
    constexpr double most = std::numeric_limits<float>::max();
    std::string bytes;
    bytes.reserve(vector.size() * sizeof(float));
    for (const document& number : vector) {
        const auto value = static_cast<float>(std::clamp(number.get<double>(), -most, most));
        const auto bits = std::bit_cast<std::uint32_t>(value);
        for (unsigned shift = 0; shift < 32; shift += 8) {
            bytes += static_cast<char>((bits >> shift) & 0xffU);
        }
    }
    return base64_encode(bytes);
}

bool is_vector(const document& value) {
    return value.is_array() && std::all_of(value.begin(), value.end(), [](const document& number) {
               return number.is_number();
           });
}

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
            options_.base64_embeddings ? document(packed(vector)) : std::move(vector);
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
    const std::int64_t tokens = ollama_count(*answer, "prompt_eval_count");
    document out{{"object", "list"}, {"model", options_.requested_model}};
    out["data"] = std::move(*data);
    out["usage"] = {{"completion_tokens", 0},
                    {"prompt_tokens", tokens},
                    {"total_tokens", tokens},
                    {"completion_tokens_details", nullptr},
                    {"prompt_tokens_details", nullptr}};
    return translated_body{.bytes = dump_document(out)};
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
