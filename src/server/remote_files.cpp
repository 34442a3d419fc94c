#include "llm_proxy/server/remote_files.hpp"

#include "llm_proxy/config/number_text.hpp"
#include "llm_proxy/http/head_writer.hpp"
#include "llm_proxy/providers/preparation.hpp"
#include "llm_proxy/upstream/file_url.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <memory>

namespace llm_proxy::server {

namespace {

namespace asio = net::asio;

constexpr std::size_t most_files = 20;
constexpr std::size_t fetches_at_once = 4;
constexpr int most_redirects = 5;
constexpr int most_tries = 3;
constexpr double mebibyte = 1024.0 * 1024.0;

/// Ends the others once one has failed.
struct until_one_fails {
    asio::cancellation_type operator()(const std::exception_ptr& thrown, bool done) const {
        return thrown || !done ? asio::cancellation_type::terminal : asio::cancellation_type::none;
    }
};

bool is_redirect(const http::response_head& head) {
    constexpr std::array statuses{301, 302, 303, 307, 308};
    return std::find(statuses.begin(), statuses.end(), head.status) != statuses.end() &&
           head.headers.find("location");
}

std::string request_for(const upstream::file_url& place) {
    std::string head;
    http::head_writer writer(head);
    writer.request_line("GET", place.target);
    writer.raw(providers::header_set().lines(place.origin));
    if (place.origin.public_only) { // its host may never be asked again
        writer.header("Connection", "close");
    }
    writer.end();
    return head;
}

/// The files of one call. Lives in the frame that waits for its coroutines.
class file_fetcher {
public:
    file_fetcher(services& shared, net::interruptor& interrupts,
                 const config::litellm_settings& settings, std::vector<std::string> urls)
        : shared_(shared), interrupts_(interrupts), settings_(settings), urls_(std::move(urls)) {}

    net::task<> run() {
        auto work = [this] {
            return asio::co_spawn(shared_.executor, take_turns(), asio::deferred);
        };
        std::vector<decltype(work())> hands;
        for (std::size_t i = 0; i < std::min(fetches_at_once, urls_.size()); ++i) {
            hands.push_back(work());
        }
        auto all = asio::experimental::make_parallel_group(std::move(hands));
        const until_one_fails condition;
        auto ended = co_await all.async_wait(condition, net::use_task);
        for (const std::exception_ptr& thrown : std::get<1>(ended)) {
            if (thrown) {
                std::rethrow_exception(thrown);
            }
        }
    }

    fetched_files take() { return std::move(out_); }

private:
    /// Fetches one file after the other until none is left; false if one failed.
    net::task<bool> take_turns() {
        co_await asio::this_coro::throw_if_cancelled(false);
        while (next_ < urls_.size() && !failed_) {
            const std::string& url = urls_[next_++];
            co_await fetch(url);
        }
        co_return !failed_;
    }

    net::task<> fetch(const std::string& url) {
        const auto place = upstream::parse_file_url(url, settings_);
        if (!place) {
            refuse_by_policy(url, "it is no http or https URL");
            co_return;
        }
        for (int tries = 0; tries < most_tries; ++tries) {
            providers::remote_file file;
            const auto ended = co_await download(*place, url, file);
            if (failed_) {
                co_return;
            }
            if (ended.ok()) {
                out_.files.emplace(url, std::move(file));
                co_return;
            }
            if (ended.why == upstream::failure::interrupted) {
                failed_ = true;
                out_.ended = ended;
                co_return;
            }
            if (ended.why == upstream::failure::resolve) {
                refuse_by_policy(url, ended.detail);
                co_return;
            }
            received_ -= file.bytes.size();
            out_.detail = ended.detail;
        }
        refuse(url, "Error: Unable to fetch image from URL after 3 attempts. ", out_.detail);
    }

    net::task<upstream::outcome> download(const upstream::file_url& first, const std::string& url,
                                          providers::remote_file& file) {
        upstream::file_url place = first;
        for (int hops = 0; hops <= most_redirects; ++hops) {
            const auto exchange = shared_.pool.open(
                std::make_shared<const model::endpoint>(place.origin), interrupts_);
            const std::string head = request_for(place);
            const std::array<std::string_view, 1> pieces{head};
            auto ended = co_await exchange->send(pieces);
            if (!ended.ok() || failed_) {
                co_return ended;
            }
            if (!is_redirect(exchange->head())) {
                ended = co_await take_answer(*exchange, url, file);
                co_return ended;
            }
            auto next =
                upstream::follow(place, *exchange->head().headers.find("location"), settings_);
            if (!next) {
                refuse_by_policy(url, "it redirects to no http or https URL");
                co_return ended;
            }
            place = std::move(*next);
        }
        refuse_by_policy(url, "it redirects too often");
        co_return upstream::outcome();
    }

    net::task<upstream::outcome> take_answer(upstream::exchange& exchange, const std::string& url,
                                             providers::remote_file& file) {
        const http::response_head& head = exchange.head();
        if (head.status != 200) {
            refuse(url, "Error: Unable to fetch image from URL. Status code: " +
                            std::to_string(head.status) + ", ");
            co_return upstream::outcome();
        }
        file.content_type = head.headers.find("content-type").value_or("");
        const bool sized = head.body == http::body_kind::length;
        if (sized && !fits(url, static_cast<double>(head.content_length), 0)) {
            co_return upstream::outcome();
        }
        for (;;) {
            std::string_view bytes;
            auto ended = co_await exchange.read(bytes);
            if (!ended.ok() || failed_ || bytes.empty()) {
                co_return ended;
            }
            received_ += bytes.size();
            if (!fits(url, static_cast<double>(file.bytes.size() + bytes.size()), received_)) {
                co_return ended;
            }
            file.bytes.append(bytes);
        }
    }

    /// Whether a file of that size may be had; refuses it else.
    bool fits(const std::string& url, double bytes, std::size_t all) {
        const double most = settings_.max_image_url_download_size_mb;
        if (bytes > most * mebibyte) {
            std::array<char, 48> size{};
            std::snprintf(size.data(), size.size(), "%.2f", bytes / mebibyte);
            refuse(url, "Error: Image size (" + std::string(size.data()) +
                            "MB) exceeds maximum allowed size (" + config::python_float(most) +
                            "MB). ");
        } else if (static_cast<double>(all) > 2 * most * mebibyte) {
            refuse(url, "Error: The files of one request exceed the maximum allowed size (" +
                            config::python_float(2 * most) + "MB) together. ");
        }
        return !failed_;
    }

    /// One text for names that do not exist and for those that must not be reached, so that nobody
    /// can tell them apart.
    void refuse_by_policy(const std::string& url, const std::string& detail) {
        refuse(url,
               "Error: Unable to fetch image from URL. The proxy could not resolve this host or "
               "its URL policy rejected it; an admin can check the proxy log and "
               "`user_url_allowed_hosts` in litellm_settings. ",
               detail);
    }

    void refuse(const std::string& url, std::string text, const std::string& detail = {}) {
        if (failed_) {
            return;
        }
        failed_ = true;
        const std::string shown = upstream::shown_url(url);
        out_.refused = std::move(text) + "url=" + shown;
        out_.detail = "file " + shown + ": " + (detail.empty() ? "refused" : detail);
    }

    services& shared_;
    net::interruptor& interrupts_;
    const config::litellm_settings& settings_;
    const std::vector<std::string> urls_;
    std::size_t next_ = 0;
    std::size_t received_ = 0; // bytes of all files
    bool failed_ = false;
    fetched_files out_;
};

} // namespace

net::task<fetched_files> fetch_files(services& shared, net::interruptor& interrupts,
                                     const config::litellm_settings& settings,
                                     std::vector<std::string> urls) {
    fetched_files none;
    std::sort(urls.begin(), urls.end());
    urls.erase(std::unique(urls.begin(), urls.end()), urls.end());
    if (settings.max_image_url_download_size_mb == 0) {
        none.refused = "Error: Image URL download is disabled (MAX_IMAGE_URL_DOWNLOAD_SIZE_MB=0). "
                       "url=" +
                       upstream::shown_url(urls.front());
        co_return none;
    }
    if (urls.size() > most_files) {
        none.refused =
            "Error: A request may name at most " + std::to_string(most_files) + " files by URL.";
        co_return none;
    }
    file_fetcher fetcher(shared, interrupts, settings, std::move(urls));
    co_await fetcher.run();
    co_return fetcher.take();
}

} // namespace llm_proxy::server
