#include "llm_proxy/app/price_source.hpp"

#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/net/watchdog.hpp"
#include "llm_proxy/relay/relay.hpp"
#include "llm_proxy/util/strings.hpp"
#include "llm_proxy/version.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace llm_proxy::app {

namespace asio = boost::asio;

namespace {

constexpr int attempts = 3;
constexpr std::chrono::seconds attempt_time{5};
/// Ten times LiteLLM's table.
constexpr std::size_t longest_table = 32UL * 1024 * 1024;

/// How one attempt ended.
struct attempt {
    std::string text;
    std::string fault; // empty: the text is there
    bool may_pass = true;
};

bool may_pass(int status) {
    constexpr std::array passing{408, 425, 429, 500, 502, 503, 504};
    return std::find(passing.begin(), passing.end(), status) != passing.end();
}

std::string request_for(const model::endpoint& origin, std::string_view target) {
    std::string out;
    http::head_writer lines(out);
    lines.request_line("GET", target);
    lines.header("host", origin.host_header);
    lines.header("user-agent", "llm-proxy/" + std::string(version));
    lines.raw("accept: application/json\r\naccept-encoding: gzip\r\n");
    lines.end();
    return out;
}

void read_file(const std::string& path, const std::function<void(std::string)>& use) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        spdlog::warn("price table: cannot read {}; the prices in force stay", path);
        return;
    }
    use(std::string(std::istreambuf_iterator<char>(file), {}));
}

} // namespace

std::optional<std::string> price_table_url(const config::environment& variables) {
    const std::string local = variables.get("LITELLM_LOCAL_MODEL_COST_MAP").value_or("");
    auto url = variables.get("LITELLM_MODEL_COST_MAP_URL");
    return iequals(local, "true") || !url || url->empty() ? std::nullopt : std::move(url);
}

std::optional<std::string> path_of_url(std::string_view url) {
    constexpr std::string_view scheme = "file://";
    if (url.starts_with(scheme)) {
        url.remove_prefix(scheme.size());
        return std::string(url);
    }
    return url.find("://") == url.npos ? std::optional(std::string(url)) : std::nullopt;
}

/// One fetch with its attempts; lives until its coroutine has ended.
struct price_source::round {
    round(asio::io_context& context, upstream::shared_services& upstreams)
        : executor(context.get_executor()), dog(executor), interrupts(dog),
          pool(upstreams.make_pool(executor, {})) {}

    net::task<> run() {
        co_await interrupts.prepare();
        for (int n = 1; !stopped(); ++n) {
            attempt done = co_await try_once();
            if (stopped()) {
                break;
            }
            if (done.fault.empty()) {
                use(std::move(done.text));
                break;
            }
            const bool again = done.may_pass && n < attempts;
            spdlog::warn("price table of {}: {}; {}", origin->host, done.fault,
                         again ? "it is tried again" : "the prices in force stay");
            if (!again) {
                break;
            }
            co_await pause(std::chrono::seconds(1LL << n));
        }
        pool->stop();
        dog.stop();
    }

    net::task<attempt> try_once() {
        attempt out;
        co_await interrupts.clear();
        interrupts.set_deadline(net::clock::now() + attempt_time);
        auto exchange = pool->open(origin, interrupts);
        const std::array<std::string_view, 1> pieces{request};
        auto step = co_await exchange->send(pieces);
        if (step.ok() && exchange->head().status != 200) {
            out.fault = "status " + std::to_string(exchange->head().status);
            out.may_pass = may_pass(exchange->head().status);
        } else if (step.ok()) {
            step = co_await relay::read_whole(*exchange, longest_table, out.text);
        }
        interrupts.clear_deadline();
        if (!step.ok()) {
            out.fault = step.detail.empty() ? "no answer in time" : step.detail;
        }
        co_return out;
    }

    net::task<> pause(std::chrono::seconds time) const {
        net::timer timer(executor, time);
        net::error_code ec;
        co_await timer.async_wait(asio::redirect_error(net::use_task, ec));
    }

    bool stopped() const { return interrupts.reason() == net::interrupt::stopping; }

    net::executor executor;
    net::watchdog dog;
    net::interruptor interrupts;
    std::unique_ptr<upstream::pool> pool;
    std::shared_ptr<const model::endpoint> origin;
    std::string request;
    std::function<void(std::string)> use;
};

price_source::price_source(asio::io_context& context, upstream::shared_services& upstreams)
    : context_(context), upstreams_(upstreams) {}

price_source::~price_source() = default;

void price_source::fetch(const std::string& url, const config::tls_verify& verify,
                         std::function<void(std::string)> use) {
    stop();
    if (const auto path = path_of_url(url)) {
        asio::post(context_, [path = *path, use = std::move(use)] { read_file(path, use); });
        return;
    }
    const std::size_t query = std::min(url.find('?'), url.size());
    const auto base = model::parse_base_url(url.substr(0, query), verify);
    if (!base) {
        spdlog::warn("LITELLM_MODEL_COST_MAP_URL: {}; the prices in force stay",
                     base.error().message);
        return;
    }
    running_ = std::make_shared<round>(context_, upstreams_);
    running_->origin = std::make_shared<const model::endpoint>(base->origin);
    const std::string target = base->path.empty() ? "/" : base->path;
    running_->request = request_for(base->origin, target + url.substr(query));
    running_->use = std::move(use);
    asio::co_spawn(
        context_.get_executor(), running_->run(),
        asio::bind_cancellation_slot(
            running_->interrupts.slot(), [self = running_](const std::exception_ptr& escaped) {
                if (escaped) {
                    spdlog::error("price table: the fetch ended unexpectedly");
                }
            }));
}

void price_source::stop() {
    if (running_) {
        running_->interrupts.raise(net::interrupt::stopping);
        running_.reset();
    }
}

} // namespace llm_proxy::app
