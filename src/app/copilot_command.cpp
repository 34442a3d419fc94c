#include "llm_proxy/app/copilot_command.hpp"

#include "llm_proxy/login/api_token.hpp"
#include "llm_proxy/login/github_fetch.hpp"
#include "llm_proxy/login/login_fsm.hpp"
#include "llm_proxy/net/watchdog.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>

#include <exception>
#include <iostream>
#include <utility>

namespace llm_proxy::app {

namespace asio = boost::asio;

namespace {

using login::clock;
using step = login::login_fsm::step;

int fail(const std::string& why) {
    std::cerr << "llm-proxy: " << why << '\n';
    return 1;
}

/// The device flow in the foreground, then the first exchange.
class login_command {
public:
    login_command(login::copilot_settings settings, upstream::shared_services& upstreams)
        : settings_(std::move(settings)), fsm_(settings_), dog_(context_.get_executor()),
          interrupts_(dog_),
          pool_(upstreams.make_pool(context_.get_executor(), upstream::pool_options())) {}

    int run() {
        std::exception_ptr thrown;
        fsm_.want(true, clock::now());
        asio::co_spawn(context_.get_executor(), work(),
                       asio::bind_cancellation_slot(interrupts_.slot(),
                                                    [&](const std::exception_ptr& escaped) {
                                                        thrown = escaped;
                                                        dog_.stop();
                                                        pool_->stop();
                                                    }));
        context_.run();
        if (thrown) {
            std::rethrow_exception(thrown);
        }
        return problem_.empty() ? 0 : fail(problem_);
    }

private:
    /// Until there is a token, or something has failed for good.
    net::task<> work() {
        co_await interrupts_.prepare();
        while (problem_.empty() && fsm_.current().version == 0) {
            const auto todo = fsm_.next(clock::now());
            if (todo.what == step::rest && todo.when == clock::time_point::max()) {
                problem_ = "no login: " + fsm_.status(clock::now()).reason;
            } else if (todo.what == step::rest) {
                co_await rest_until(todo.when);
            } else {
                co_await ask(todo.what);
                settle();
            }
        }
    }

    net::task<> ask(step what) {
        login::github_request request =
            what == step::exchange ? login::exchange_request(settings_, fsm_.access_token())
            : what == step::poll   ? login::poll_request(settings_, fsm_.device_code())
                                   : login::device_code_request(settings_);
        const auto answer = co_await login::fetch(*pool_, std::move(request), interrupts_);
        co_await interrupts_.clear();
        const auto now = clock::now();
        if (what == step::exchange) {
            fsm_.take_exchange(answer, now);
        } else if (what == step::poll) {
            fsm_.take_poll(answer, now);
        } else {
            fsm_.take_code(answer, now);
        }
    }

    /// Writes and shows what has come.
    void settle() {
        const auto writes = fsm_.take_writes();
        write(settings_.access_token_file, writes.access_token);
        write(settings_.api_key_file, writes.document);
        const auto status = fsm_.status(clock::now());
        if (status.prompt && status.prompt != shown_) {
            shown_ = status.prompt;
            std::cout << "Please visit " << shown_->verification_uri << " and enter code "
                      << shown_->user_code << " to authenticate.\n"
                      << std::flush;
        }
    }

    void write(const std::filesystem::path& file, const secret& text) {
        if (text.empty()) {
            return;
        }
        const auto written = login::write_token_file(settings_, file, text);
        if (!written) {
            problem_ = written.error().message;
        } else if (file == settings_.access_token_file) {
            std::cout << "Logged in; the login is kept in " << file.string() << '\n' << std::flush;
        }
    }

    net::task<> rest_until(clock::time_point when) {
        net::timer pause(context_.get_executor());
        pause.expires_after(std::chrono::duration_cast<net::clock::duration>(when - clock::now()));
        net::error_code ec;
        co_await pause.async_wait(asio::redirect_error(net::use_task, ec));
    }

    login::copilot_settings settings_;
    login::login_fsm fsm_;
    asio::io_context context_{1};
    net::watchdog dog_;
    net::interruptor interrupts_;
    std::unique_ptr<upstream::pool> pool_;
    std::optional<login::device_prompt> shown_;
    std::string problem_;
};

int show_status(const login::copilot_settings& settings) {
    const auto kept = login::read_token_files(settings);
    const auto token = login::read_kept_token(kept.document.reveal());
    if (kept.access_token.empty()) {
        std::cout << "no login: there is no token in " << settings.access_token_file.string()
                  << '\n';
        return 1;
    }
    std::cout << "logged in: " << settings.access_token_file.string() << '\n';
    if (token) {
        const auto left =
            std::chrono::floor<std::chrono::seconds>(token->expires - clock::now()).count();
        std::cout << (left > 0 ? "Copilot's token is good for " + std::to_string(left) + " s"
                               : std::string("Copilot's token has ended; the next call renews it"))
                  << '\n';
    }
    return 0;
}

int log_out(const login::copilot_settings& settings) {
    const auto removed = login::remove_token_files(settings);
    if (!removed) {
        return fail(removed.error().message);
    }
    std::cout << (*removed ? "logged out" : "there was no login") << '\n';
    return 0;
}

} // namespace

int run_copilot(action what, const std::string& config_path, const config::environment& process) {
    const config::loaded read = config::load(config_path, process);
    const auto variable = [&read](std::string_view name) { return read.variables.get(name); };
    auto settings = login::read_copilot_settings(
        variable, read.config ? read.config->litellm.ssl_verify : config::tls_verify());
    if (!settings) {
        return fail(settings.error().message);
    }
    if (what == action::copilot_status) {
        return show_status(*settings);
    }
    if (what == action::copilot_logout) {
        return log_out(*settings);
    }
    const auto upstreams = upstream::make_shared_services(variable);
    login_command command(std::move(*settings), *upstreams);
    return command.run();
}

} // namespace llm_proxy::app
