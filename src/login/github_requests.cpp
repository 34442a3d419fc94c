#include "llm_proxy/login/github_requests.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/json/document.hpp"
#include "llm_proxy/json/dump.hpp"

#include <nlohmann/json.hpp>

namespace llm_proxy::login {

namespace {

constexpr std::string_view fixed_lines = "accept: application/json\r\n"
                                         "editor-version: vscode/1.85.1\r\n"
                                         "editor-plugin-version: copilot/1.155.0\r\n"
                                         "user-agent: GithubCopilot/1.155.0\r\n"
                                         "accept-encoding: gzip, deflate\r\n"
                                         "content-type: application/json\r\n";

void begin(http::head_writer& head, std::string_view method, const address& where) {
    head.request_line(method, where.path);
    head.header("Host", where.origin.host_header);
    head.raw(fixed_lines);
}

github_request post(const address& where, const document& body) {
    github_request out;
    out.to = std::make_shared<const model::endpoint>(where.origin);
    const std::string text = dump_json(body);
    http::head_writer head(out.text);
    begin(head, "POST", where);
    head.header("Content-Length", text.size());
    head.end();
    out.text += text;
    return out;
}

} // namespace

github_request device_code_request(const copilot_settings& settings) {
    return post(settings.device_code, {{"client_id", settings.client_id}, {"scope", "read:user"}});
}

github_request poll_request(const copilot_settings& settings, const secret& device_code) {
    return post(settings.access_token,
                {{"client_id", settings.client_id},
                 {"device_code", device_code.reveal()},
                 {"grant_type", "urn:ietf:params:oauth:grant-type:device_code"}});
}

github_request exchange_request(const copilot_settings& settings, const secret& access_token) {
    github_request out;
    out.to = std::make_shared<const model::endpoint>(settings.api_key.origin);
    http::head_writer head(out.text);
    begin(head, "GET", settings.api_key);
    head.header("authorization", "token " + access_token.reveal());
    head.end();
    return out;
}

} // namespace llm_proxy::login
