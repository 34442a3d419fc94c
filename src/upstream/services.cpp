#include "llm_proxy/upstream/services.hpp"

#include "llm_proxy/upstream/http_exchange.hpp"

#include <utility>

namespace llm_proxy::upstream {

namespace {

class worker_pool final : public pool {
public:
    worker_pool(connector links, net::executor ex, const pool_options& options)
        : shared_(std::make_shared<keep_alive_pool>(std::move(links), ex, options)) {}
    ~worker_pool() override { shared_->stop(); }
    worker_pool(const worker_pool&) = delete;
    worker_pool& operator=(const worker_pool&) = delete;

    std::unique_ptr<exchange> open(std::shared_ptr<const endpoint> to,
                                   net::interruptor& interrupts) override {
        return std::make_unique<http_exchange>(shared_, std::move(to), interrupts);
    }

    std::size_t idle_connections() const override { return shared_->idle(); }
    std::size_t open_connections() const override { return shared_->open(); }
    void stop() override { shared_->stop(); }

private:
    std::shared_ptr<keep_alive_pool> shared_;
};

class process_services final : public shared_services {
public:
    process_services(const variable_reader& variable, resolver::lookup lookup)
        : shared_(std::make_shared<connection_services>(variable, std::move(lookup))) {}

    std::unique_ptr<pool> make_pool(net::executor ex, const pool_options& options) override {
        return std::make_unique<worker_pool>(connector(shared_, ex, options.connect_timeout), ex,
                                             options);
    }

private:
    std::shared_ptr<connection_services> shared_;
};

} // namespace

std::unique_ptr<shared_services> make_shared_services(const variable_reader& variable,
                                                      resolver::lookup lookup) {
    return std::make_unique<process_services>(variable, std::move(lookup));
}

std::unique_ptr<shared_services>
make_shared_services(const std::function<std::optional<std::string>(std::string_view)>& variable) {
    return make_shared_services(variable, system_lookup);
}

} // namespace llm_proxy::upstream
