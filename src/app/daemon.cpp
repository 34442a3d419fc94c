#include "llm_proxy/app/daemon.hpp"

#include "llm_proxy/app/configuration.hpp"
#include "llm_proxy/app/cpu_limit.hpp"
#include "llm_proxy/app/file_watch.hpp"
#include "llm_proxy/app/logging.hpp"
#include "llm_proxy/app/price_source.hpp"
#include "llm_proxy/app/quotas.hpp"
#include "llm_proxy/login/copilot_service.hpp"
#include "llm_proxy/pricing/deployment_prices.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/routing/state_book.hpp"
#include "llm_proxy/server/worker.hpp"
#include "llm_proxy/upstream/client.hpp"
#include "llm_proxy/version.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <sys/resource.h>
#include <thread>

namespace llm_proxy::app {

namespace asio = boost::asio;

namespace {

constexpr std::uint16_t default_port = 4000;

void log_problems(const config::problems& found) {
    for (const auto& item : found) {
        const bool is_error = item.level == config::severity::error;
        spdlog::log(is_error ? spdlog::level::err : spdlog::level::warn, "{}",
                    config::to_string(item));
    }
}

/// Every connection needs a descriptor; the soft limit is often 1024.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 1U << 20U);
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

std::chrono::seconds drain_time(const config::environment& variables) {
    const std::string text = variables.get("GRACEFUL_SHUTDOWN_TIMEOUT").value_or("30");
    const long seconds = std::strtol(text.c_str(), nullptr, 10);
    return std::chrono::seconds(std::max(1L, seconds));
}

std::string data_folder(const options& chosen) {
    return chosen.data_dir.empty() ? "data" : chosen.data_dir;
}

bool needs_login(const server::snapshot& config) {
    return std::ranges::any_of(config.models.deployments(), [](const auto& item) {
        return item->adapter != nullptr && item->adapter->needs_login();
    });
}

/// The parts of a running daemon, and what its signals do.
class daemon {
public:
    daemon(options chosen, configuration first, config::environment process)
        : chosen_(std::move(chosen)), process_(std::move(process)),
          variables_(std::move(first.variables)), quotas_(open_quota_book(data_folder(chosen_))),
          snapshot_(prepared(*first.snapshot)), bundled_models_(first.models_with_prices),
          upstreams_(upstream::make_shared_services(
              [this](std::string_view name) { return variables_.get(name); })),
          stop_signals_(context_, SIGTERM, SIGINT), reload_signal_(context_, SIGHUP),
          drain_timer_(context_), watch_(context_, [this] { reload(); }),
          token_watch_(context_, [this] { login_->files_changed(); }),
          price_source_(context_, *upstreams_) {}

    result<void> start() {
        if (!chosen_.ssl_certificate.empty()) {
            const auto loaded = load_certificate();
            if (!loaded) {
                return loaded;
            }
        }
        make_login();
        const unsigned count = chosen_.num_workers.value_or(available_cpus());
        server::worker_options options = worker_options_for(count);
        for (unsigned i = 0; i < count; ++i) {
            std::random_device seed;
            auto worker = std::make_unique<server::worker>(options, snapshot_, *upstreams_, seed());
            const auto bound = worker->listen();
            if (!bound) {
                return bound;
            }
            options.port = worker->port();
            workers_.push_back(std::move(worker));
        }
        watch_.watch(snapshot_->settings->files);
        use_login();
        fetch_prices(variables_);
        for (auto& worker : workers_) {
            threads_.emplace_back([this, w = worker.get()] {
                w->run();
                asio::post(context_, [this] { worker_ended(); });
            });
        }
        spdlog::info("LLM Proxy {} listening on {}://{}:{} with {} worker(s), {} model(s)", version,
                     tls_ ? "https" : "http", options.host, options.port, count,
                     snapshot_->models.groups().size());
        return {};
    }

    int run() {
        wait_for_stop();
        wait_for_reload();
        context_.run();
        for (auto& thread : threads_) {
            thread.join();
        }
        spdlog::info("stopped");
        return 0;
    }

private:
    server::worker_options worker_options_for(unsigned count) {
        server::worker_options out;
        out.host = chosen_.host;
        out.port = chosen_.port.value_or(default_port);
        out.share_port = count > 1;
        out.tls = tls_.get();
        const std::uint32_t configured = snapshot_->settings->general.max_connections;
        const std::size_t total = chosen_.connection_limit.value_or(configured);
        if (total > 0) {
            out.max_connections = (total + count - 1) / count;
        }
        if (chosen_.keepalive_seconds) {
            out.idle_time = std::chrono::seconds(*chosen_.keepalive_seconds);
        }
        out.cors_origins = variables_.get("LITELLM_CORS_ORIGINS").value_or("*");
        out.cors_credentials =
            variables_.get("LITELLM_CORS_ALLOW_CREDENTIALS").value_or("") == "true";
        out.counting = &counting_;
        out.lines = &lines_;
        out.encoding = &encoding_;
        out.login = login_.get();
        return out;
    }

    void make_login() {
        auto settings = login::read_copilot_settings(
            [this](std::string_view name) { return variables_.get(name); },
            snapshot_->settings->litellm.ssl_verify);
        if (settings) {
            login_ = std::make_unique<login::copilot_service>(context_.get_executor(), *upstreams_,
                                                              std::move(*settings));
        } else if (needs_login(*snapshot_)) {
            spdlog::error("no login to GitHub Copilot: {}", settings.error().message);
        }
    }

    /// Begins the login if the configuration in force needs it.
    void use_login() {
        if (!login_) {
            return;
        }
        const bool needed = needs_login(*snapshot_);
        login_->use(needed);
        if (needed) {
            token_watch_.watch(login_->files());
            login_->files_changed(); // before the watch, perhaps
        }
    }

    result<void> load_certificate() {
        tls_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
        tls_->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                          asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                          asio::ssl::context::no_tlsv1_1);
        boost::system::error_code ec;
        tls_->use_certificate_chain_file(chosen_.ssl_certificate, ec);
        if (ec) {
            return error(500, "", chosen_.ssl_certificate + ": " + ec.message());
        }
        tls_->use_private_key_file(chosen_.ssl_key, asio::ssl::context::pem, ec);
        if (ec) {
            return error(500, "", chosen_.ssl_key + ": " + ec.message());
        }
        return {};
    }

    void wait_for_stop() {
        stop_signals_.async_wait([this](boost::system::error_code ec, int) {
            if (ec) {
                return;
            }
            stop();
            wait_for_stop();
        });
    }

    void stop() {
        if (stopping_) {
            // A second signal: whoever sends it wants it now.
            abort();
            return;
        }
        stopping_ = true;
        spdlog::info("stopping: running requests may finish");
        watch_.stop();
        token_watch_.stop();
        price_source_.stop();
        reload_signal_.cancel();
        for (auto& worker : workers_) {
            worker->drain();
        }
        drain_timer_.expires_after(drain_time(variables_));
        drain_timer_.async_wait([this](boost::system::error_code ec) {
            if (!ec) {
                spdlog::warn("the time to finish is over: ending what still runs");
                abort();
            }
        });
    }

    void abort() {
        for (auto& worker : workers_) {
            worker->abort();
        }
    }

    void worker_ended() {
        if (++ended_ == workers_.size()) {
            drain_timer_.cancel();
            stop_signals_.cancel();
            if (login_) {
                login_->stop(); // not before: the last calls may have waited for it
            }
        }
    }

    void wait_for_reload() {
        reload_signal_.async_wait([this](boost::system::error_code ec, int) {
            if (!ec) {
                reload();
                wait_for_reload();
            }
        });
    }

    /// The new configuration is checked whole before anything of it counts.
    void reload() {
        configuration next = read_configuration(chosen_, process_, prices_);
        log_problems(next.found);
        if (!next.snapshot || config::has_errors(next.found)) {
            spdlog::error("{}: not loaded; the configuration in force stays", chosen_.config_path);
            return;
        }
        put_in_force(prepared(*next.snapshot));
        watch_.watch(snapshot_->settings->files);
        fetch_prices(next.variables);
        spdlog::info("{}: loaded anew, {} model(s)", chosen_.config_path,
                     snapshot_->models.groups().size());
    }

    /// With what outlives it: the counts of its limits, and what is known of its deployments.
    std::shared_ptr<const server::snapshot> prepared(const server::snapshot& read) {
        auto deployments =
            routing::with_states(with_quotas(read.models.deployments(), *quotas_), states_);
        apply_limits(deployments);
        return std::make_shared<server::snapshot>(read.settings, std::move(deployments));
    }

    void put_in_force(std::shared_ptr<const server::snapshot> next) {
        snapshot_ = std::move(next);
        for (auto& worker : workers_) {
            worker->use(snapshot_);
        }
        use_login();
    }

    /// In the background: neither the start nor a reload waits for it.
    void fetch_prices(const config::environment& variables) {
        if (const auto url = price_table_url(variables)) {
            price_source_.fetch(*url, snapshot_->settings->litellm.ssl_verify,
                                [this](const std::string& text) { use_prices(text); });
        }
    }

    void use_prices(const std::string& text) {
        auto packed = pricing::packed_prices::pack(text);
        if (!packed) {
            spdlog::warn("price table: {}", packed.error().message);
            return;
        }
        auto table = packed->read(pricing::needed_entries(snapshot_->models.deployments()));
        const std::string refused =
            table ? pricing::refusal(*table, bundled_models_) : table.error().message;
        if (!refused.empty()) {
            spdlog::warn("price table: {}; the prices in force stay", refused);
            return;
        }
        prices_ = std::move(*packed);
        const std::size_t count = table->models_read();
        put_in_force(with_prices(*snapshot_,
                                 std::make_shared<const pricing::price_table>(std::move(*table))));
        spdlog::info("price table: {} models", count);
    }

    options chosen_;
    config::environment process_;
    config::environment variables_;
    std::unique_ptr<limits::quota_book> quotas_;
    routing::state_book states_;
    std::shared_ptr<const server::snapshot> snapshot_;
    std::size_t bundled_models_;
    pricing::packed_prices prices_; // in force, as they were fetched
    std::unique_ptr<upstream::shared_services> upstreams_;
    std::unique_ptr<asio::ssl::context> tls_;
    asio::io_context context_{1};
    asio::signal_set stop_signals_;
    asio::signal_set reload_signal_;
    asio::steady_timer drain_timer_;
    file_watch watch_;
    std::unique_ptr<login::copilot_service> login_;
    file_watch token_watch_;
    price_source price_source_;
    std::vector<std::unique_ptr<server::worker>> workers_;
    limits::waiting_lines lines_;
    net::background counting_;     // ends before the workers, to whose loops it posts
    net::background encoding_{32}; // the same; each that waits holds minutes of sound
    std::vector<std::thread> threads_;
    std::size_t ended_ = 0;
    bool stopping_ = false;
};

} // namespace

int run_daemon(options chosen, const config::environment& process) {
    std::signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    configuration first = read_configuration(chosen, process);
    const auto completed = complete_options(chosen, first.variables);
    start_logging(chosen, first.variables,
                  first.snapshot && first.snapshot->settings->litellm.json_logs);
    log_problems(first.found);
    for (const std::string& flag : chosen.ignored) {
        spdlog::warn("{} has no meaning here and is ignored", flag);
    }
    if (!completed) {
        spdlog::error("{}", completed.error().message);
        return 1;
    }
    if (!first.snapshot) {
        spdlog::error("{}: cannot start with this configuration", chosen.config_path);
        return 1;
    }
    daemon running(std::move(chosen), std::move(first), process);
    const auto started = running.start();
    if (!started) {
        spdlog::error("{}", started.error().message);
        return 1;
    }
    return running.run();
}

} // namespace llm_proxy::app
