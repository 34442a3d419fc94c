#include "llm_proxy/app/quota_command.hpp"

#include "llm_proxy/app/configuration.hpp"
#include "llm_proxy/app/own_gateway.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/providers/json_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <utility>
#include <vector>

namespace llm_proxy::app {

namespace {

using providers::member_of;
using providers::text_of;

using row = std::array<std::string, 6>;

std::string shown(const document* value) {
    return value == nullptr ? "-" : value->dump();
}

void add_rows(const document& quota, std::vector<row>& out) {
    std::string name(text_of(quota, "name"));
    const document* deployments = member_of(quota, "deployments");
    if (member_of(quota, "quota_group") == nullptr && deployments != nullptr &&
        !deployments->empty()) {
        name = text_of(deployments->front(), "model_group");
    }
    std::string state(text_of(quota, "state"));
    if (const auto free = text_of(quota, "free_at"); !free.empty()) {
        state.append(" until ").append(free);
    }
    bool any = false;
    const document* told = member_of(quota, "limits");
    const document limits = told == nullptr ? document::object() : *told;
    for (const auto& [kind, limit] : limits.items()) {
        if (member_of(limit, "left") == nullptr) {
            continue;
        }
        out.push_back({any ? "" : name, kind, shown(member_of(limit, "configured")),
                       shown(member_of(limit, "learned")), shown(member_of(limit, "left")),
                       any ? "" : state});
        any = true;
    }
    if (!any) {
        out.push_back({name, "no limits", "-", "-", "-", state});
    }
}

std::string aligned(const std::vector<row>& rows) {
    std::array<std::size_t, std::tuple_size_v<row>> widths{};
    for (const row& line : rows) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            widths[i] = std::max(widths[i], line[i].size());
        }
    }
    std::string out;
    for (const row& line : rows) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            out += line[i] + std::string(widths[i] - line[i].size() + 2, ' ');
        }
        out.erase(out.find_last_not_of(' ') + 1);
        out += '\n';
    }
    return out;
}

int complain(const std::string& why) {
    std::cerr << "llm-proxy: " << why << '\n';
    return 1;
}

} // namespace

result<std::string> quota_table(std::string_view json) {
    const auto parsed = providers::parse_document(json);
    const document* data = parsed ? member_of(*parsed, "data") : nullptr;
    if (data == nullptr || !data->is_array()) {
        return error(502, "", "the gateway's answer is not what was expected");
    }
    std::vector<row> rows{{"MODEL", "LIMIT", "CONFIGURED", "LEARNED", "LEFT", "STATE"}};
    for (const document& quota : *data) {
        add_rows(quota, rows);
    }
    return aligned(rows);
}

int show_quota(options chosen, const config::environment& process) {
    const configuration read = read_configuration(chosen, process);
    const auto completed = complete_options(chosen, read.variables);
    if (!completed) {
        return complain(completed.error().message);
    }
    if (!read.snapshot) {
        return complain(chosen.config_path + " cannot be used; llm-proxy --check tells why");
    }
    const secret& key = read.snapshot->settings->general.master_key;
    const std::string answer =
        ask_own_gateway(chosen, "GET /quota HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                "Authorization: Bearer " +
                                    key.reveal() + "\r\n\r\n");
    const std::size_t body = answer.find("\r\n\r\n");
    if (!answer.starts_with("HTTP/1.1 200") || body == std::string::npos) {
        return complain("no quotas: " +
                        (answer.empty() ? "no answer" : answer.substr(0, answer.find('\r'))));
    }
    const auto table = quota_table(std::string_view(answer).substr(body + 4));
    if (!table) {
        return complain(table.error().message);
    }
    std::cout << *table;
    return 0;
}

} // namespace llm_proxy::app
