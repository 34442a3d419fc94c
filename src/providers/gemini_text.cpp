#include "llm_proxy/providers/gemini_text.hpp"

#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace llm_proxy::providers {

document text_choices(const document& choices, const char* from) {
    auto out = document::array();
    for (const document& choice : choices) {
        document text{{"index", choice["index"]}};
        text["text"] = text_of(wire::member(choice, from), "content");
        text["logprobs"] = nullptr;
        text["finish_reason"] = wire::member(choice, "finish_reason");
        out.push_back(std::move(text));
    }
    return out;
}

document text_completion(const document& chat) {
    document out;
    out["id"] = chat["id"];
    out["object"] = "text_completion";
    out["created"] = chat["created"];
    out["model"] = chat["model"];
    out["choices"] = text_choices(chat["choices"], "message");
    for (const char* name : {"usage", "service_tier"}) {
        if (const document& value = wire::member(chat, name); !value.is_null()) {
            out[name] = value;
        }
    }
    return out;
}

} // namespace llm_proxy::providers
