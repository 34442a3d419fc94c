#include "llm_proxy/providers/gemini_context.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"
#include "llm_proxy/json/scan.hpp"
#include "llm_proxy/pricing/deployment_prices.hpp"
#include "llm_proxy/providers/gemini_json.hpp"
#include "llm_proxy/providers/gemini_request.hpp"
#include "llm_proxy/providers/json_document.hpp"
#include "llm_proxy/providers/model_list.hpp"
#include "llm_proxy/providers/preparation.hpp"
#include "llm_proxy/util/hash.hpp"
#include "llm_proxy/util/percent.hpp"
#include "llm_proxy/util/strings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace llm_proxy::providers {

namespace {

constexpr std::chrono::seconds usual_life{300};
constexpr std::chrono::hours longest_life{24};
constexpr std::int64_t usual_least_tokens = 1024;
constexpr std::size_t longest_context_name = 256;
constexpr std::size_t longest_page_token = 4096;

/// The `cache_control` of a message or block, if it marks it.
const document* mark_of(const document& item) {
    const document* control = member_of(item, "cache_control");
    return control != nullptr && text_of(*control, "type") == "ephemeral" ? control : nullptr;
}

/// Calls `use` with every mark of the message, and how many blocks it reaches over: all for 0.
template <class Use>
void each_mark(const document& message, const Use& use) {
    if (const document* mark = mark_of(message)) {
        use(*mark, 0);
    }
    const document* content = member_of(message, "content");
    if (content == nullptr || !content->is_array()) {
        return;
    }
    std::size_t blocks = 0;
    for (const document& block : *content) {
        ++blocks;
        if (const document* mark = mark_of(block)) {
            use(*mark, blocks == content->size() ? 0 : blocks);
        }
    }
}

bool is_marked(const document& message) {
    bool found = false;
    each_mark(message, [&found](const document&, std::size_t) { found = true; });
    return found;
}

/// How many blocks of a marked message are to be kept; 0 stands for all.
std::size_t kept_blocks(const document& message) {
    bool whole = text_of(message, "role") != "user";
    std::size_t most = 0;
    each_mark(message, [&](const document&, std::size_t blocks) {
        whole = whole || blocks == 0;
        most = std::max(most, blocks);
    });
    return whole ? 0 : most;
}

std::optional<std::chrono::seconds> read_life(std::string_view text) {
    if (text.empty()) {
        return std::nullopt;
    }
    double count = 0;
    const char* unit = text.data() + text.size() - 1;
    const auto read = std::from_chars(text.data(), unit, count, std::chars_format::fixed);
    if (read.ec != std::errc() || read.ptr != unit || !std::isfinite(count) || count <= 0) {
        return std::nullopt;
    }
    if (*unit != 's' && *unit != 'm' && *unit != 'h') {
        return std::nullopt;
    }
    const double seconds = count * (*unit == 's' ? 1 : *unit == 'm' ? 60 : 3600);
    const double most = std::chrono::duration<double>(longest_life).count();
    return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(std::min(seconds, most))));
}

/// What LiteLLM's table says of the model, or 1024.
std::int64_t least_tokens(const model::deployment& target) {
    const std::string_view entry = target.prices ? target.prices->entry_text() : std::string_view();
    std::vector<json::member> members;
    if (!json::scan(entry, members)) {
        return usual_least_tokens;
    }
    const auto* item = json::find(entry, members, "prompt_cache_min_tokens");
    double value = 0;
    if (item != nullptr && item->type == json::kind::number) {
        const std::string_view text = json::value_of(entry, *item);
        std::from_chars(text.data(), text.data() + text.size(), value);
    }
    return value >= 1 && value < 1e9 ? static_cast<std::int64_t>(value) : usual_least_tokens;
}

/// Whether there are sounds, films or documents, whose tokens we cannot count.
bool has_uncountable(const document& contents) {
    const auto is_uncountable = [](const document& part) {
        for (const char* name : {"inlineData", "fileData"}) {
            const document& data = wire::member(part, name);
            if (data.is_object() && !text_of(data, "mimeType").starts_with("image/")) {
                return true;
            }
        }
        return false;
    };
    return std::any_of(contents.begin(), contents.end(), [&](const document& turn) {
        const document& parts = wire::list(turn, "parts");
        return std::any_of(parts.begin(), parts.end(), is_uncountable);
    });
}

/// What is kept: of the conversation the turns before the cut and the system's, and all tools, as
/// Gemini refuses those beside a context.
document take_kept(document& body, const conversation_cut& cut, const std::string& model) {
    document kept{{"model", "models/" + model}};
    document& turns = kept["contents"] = document::array();
    for (std::size_t i = 0; i < cut.turns; ++i) {
        turns.push_back(std::move(body["contents"][i]));
    }
    if (turns.empty()) { // Gemini wants one
        turns.push_back({{"role", "user"}, {"parts", document::array({{{"text", "."}}})}});
    }
    for (const char* name : {"systemInstruction", "tools", "toolConfig"}) {
        if (body.contains(name)) {
            kept[name] = std::move(body[name]);
        }
    }
    return kept;
}

/// The same of what the client sent, to be counted.
document take_prompt(document& parameters, const conversation_cut& cut) {
    document out = document::object();
    document& messages = out["messages"] = document::array();
    std::size_t index = 0;
    for (document& message : parameters["messages"]) {
        const std::string_view role = text_of(message, "role");
        const bool is_system = role == "system" || role == "developer";
        if (index == cut.message && cut.blocks > 0) {
            document& content = message["content"];
            content.erase(content.begin() + static_cast<document::difference_type>(cut.blocks),
                          content.end());
            messages.push_back(std::move(message));
        } else if (index < cut.message || is_system) {
            messages.push_back(std::move(message));
        }
        ++index;
    }
    if (parameters.contains("tools")) {
        out["tools"] = std::move(parameters["tools"]);
    }
    return out;
}

/// `2026-11-25T18:00:00.5Z` (RFC 3339, in UTC as Google writes it), fractions cut off.
std::optional<std::chrono::sys_seconds> read_time(std::string_view text) {
    constexpr std::string_view form = "0000-00-00T00:00:00";
    if (text.size() <= form.size() || !text.ends_with('Z')) {
        return std::nullopt;
    }
    std::array<int, 6> fields{};
    std::size_t field = 0;
    for (std::size_t i = 0; i < form.size(); ++i) {
        if (form[i] != '0') {
            if (text[i] != form[i]) {
                return std::nullopt;
            }
            ++field;
        } else if (text[i] < '0' || text[i] > '9') {
            return std::nullopt;
        } else {
            fields[field] = fields[field] * 10 + (text[i] - '0');
        }
    }
    const std::chrono::year_month_day day{std::chrono::year(fields[0]),
                                          std::chrono::month(static_cast<unsigned>(fields[1])),
                                          std::chrono::day(static_cast<unsigned>(fields[2]))};
    if (!day.ok()) {
        return std::nullopt;
    }
    return std::chrono::sys_days(day) + std::chrono::hours(fields[3]) +
           std::chrono::minutes(fields[4]) + std::chrono::seconds(fields[5]);
}

std::optional<kept_context> read_item(const document& item) {
    kept_context out;
    out.name = text_of(item, "name");
    if (out.name.empty() || out.name.size() > longest_context_name) {
        return std::nullopt;
    }
    out.expires = read_time(text_of(item, "expireTime"));
    return out;
}

} // namespace

std::optional<conversation_cut> context_cut(const document& messages) {
    const auto* list = messages.get_ptr<const document::array_t*>();
    if (list == nullptr) {
        return std::nullopt;
    }
    const auto first = std::find_if(list->begin(), list->end(), is_marked);
    if (first == list->end()) {
        return std::nullopt;
    }
    const auto last = std::prev(std::find_if_not(first, list->end(), is_marked));
    conversation_cut out;
    out.message = static_cast<std::size_t>(last - list->begin());
    out.blocks = kept_blocks(*last);
    if (out.blocks > 0) {
        return out;
    }
    out.message = std::min(out.message + 1, list->size() - 1);
    while (out.message > 0 && text_of((*list)[out.message - 1], "role") != "user") {
        --out.message;
    }
    return out;
}

std::chrono::seconds context_life(const document& messages) {
    std::optional<std::chrono::seconds> found;
    for (const document& message : messages) {
        each_mark(message, [&found](const document& mark, std::size_t) {
            if (!found) {
                found = read_life(text_of(mark, "ttl"));
            }
        });
    }
    return found.value_or(usual_life);
}

std::optional<context_plan> gemini_context::plan(const inbound_call& call,
                                                 const model::deployment& target) const {
    // Most calls mark nothing: they are not parsed for it.
    if (call.type != model::call_type::chat_completion ||
        call.body.find("cache_control") == call.body.npos) {
        return std::nullopt;
    }
    document parameters;
    document body;
    std::optional<conversation_cut> cut;
    // A fault in the call is told when it is translated.
    if (!write_cut_chat(call, target, parameters, body, cut) || !cut) {
        return std::nullopt;
    }
    const document kept = take_kept(body, *cut, call.upstream_model);
    context_plan out;
    out.least_tokens = least_tokens(target);
    outbound_call made;
    made.body = dump_json(kept);
    // A token is a byte at least.
    const bool countable = !has_uncountable(kept["contents"]);
    if (countable && made.body.size() < static_cast<std::size_t>(out.least_tokens)) {
        return std::nullopt;
    }
    out.key = sha256_hex(made.body);
    out.life = context_life(parameters["messages"]);
    if (countable) {
        out.prompt = std::make_shared<const document>(take_prompt(parameters, *cut));
    }
    made.body.back() = ',';
    made.body += R"("displayName":")" + out.key + R"(","ttl":")" +
                 std::to_string(out.life.count()) + R"(s"})";
    http::head_writer head(made.head);
    head.request_line("POST", gemini_base(target) + "/cachedContents");
    head.raw(target.header_lines);
    finish_json_call(made);
    out.head = std::move(made.head);
    out.body = std::move(made.body);
    return out;
}

std::string gemini_context::list_request(const model::deployment& target,
                                         std::string_view page) const {
    std::string path = gemini_base(target) + "/cachedContents?pageSize=1000";
    if (!page.empty()) {
        path += "&pageToken=" + percent_encode(page);
    }
    return make_list_request(target, path);
}

context_page gemini_context::read_page(std::string_view body, std::string_view key) const {
    context_page out;
    const auto page = parse_document(body);
    if (!page) {
        return out;
    }
    for (const document& item : wire::list(*page, "cachedContents")) {
        if (text_of(item, "displayName") == key) {
            out.found = read_item(item);
            return out;
        }
    }
    const std::string_view next = text_of(*page, "nextPageToken");
    out.next = next.size() <= longest_page_token ? next : std::string_view();
    return out;
}

std::optional<kept_context> gemini_context::read_kept(std::string_view body) const {
    const auto made = parse_document(body);
    return made ? read_item(*made) : std::nullopt;
}

bool gemini_context::refuses_context(const upstream_answer& answer) const {
    // "CachedContent not found (or permission denied)", "Cached content ... has expired",
    // "CachedContent can not be used with ..."
    const std::string text = lower(answer.body);
    return answer.status / 100 == 4 && contains_any(text, {"cachedcontent", "cached content"});
}

} // namespace llm_proxy::providers
