// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "data/format.h"
#include "test_data.h"

#include <QFile>

#include <cstring>
#include <string>
#include <vector>

namespace annscope::test {

/// Walks through a file of libfaiss field by field; beyond its end everything is zero and good() is false.
class FaissFile {
public:
    explicit FaissFile(const std::filesystem::path& path) {
        QFile file(QString::fromStdString(path.string()));
        if (file.open(QIODevice::ReadOnly))
            m_bytes = file.readAll();
        m_good = !m_bytes.isEmpty();
    }
    explicit FaissFile(QByteArray bytes) : m_bytes(std::move(bytes)), m_good(!m_bytes.isEmpty()) {}

    bool good() const { return m_good; }
    std::size_t position() const { return m_at; }
    bool at_end() const { return m_good && m_at == static_cast<std::size_t>(m_bytes.size()); }

    template<class T>
    T one() {
        T value{};
        copy(&value, sizeof value);
        return value;
    }
    template<class T>
    std::vector<T> some(std::uint64_t count) {
        if (count > (static_cast<std::uint64_t>(m_bytes.size()) - m_at) / sizeof(T)) {
            m_good = false;
            return {};
        }
        std::vector<T> values(count);
        copy(values.data(), count * sizeof(T));
        return values;
    }
    /// A vector with its length before it.
    template<class T>
    std::vector<T> many() {
        return some<T>(one<std::uint64_t>());
    }
    bool tag(const char* expected) {
        const auto four = some<char>(4);
        m_good = m_good && four.size() == 4 && std::memcmp(four.data(), expected, 4) == 0;
        return m_good;
    }

    struct Header {
        std::int32_t dim = 0;
        std::int64_t size = 0;
    };
    /// An index' header; squared L2 only.
    Header header() {
        Header h;
        h.dim = one<std::int32_t>();
        h.size = one<std::int64_t>();
        some<std::int64_t>(2);
        const bool trained = one<std::uint8_t>() == 1;
        m_good = one<std::int32_t>() == 1 && trained && m_good;
        return h;
    }
    /// IxF2: the rows of a flat index.
    std::vector<float> flat() {
        if (!tag("IxF2"))
            return {};
        header();
        return some<float>(one<std::uint64_t>());
    }
    struct Ivf {
        Header header;
        std::uint64_t nlist = 0, nprobe = 0;
        std::vector<float> centroids;
    };
    /// What every inverted file begins with, after its tag; the coarse quantizer must be flat.
    Ivf ivf() {
        Ivf ivf;
        ivf.header = header();
        ivf.nlist = one<std::uint64_t>();
        ivf.nprobe = one<std::uint64_t>();
        ivf.centroids = flat();
        m_good = one<std::uint8_t>() == 0 && m_good; // no direct map
        many<std::int64_t>();
        return ivf;
    }
    struct Lists {
        std::vector<std::vector<std::uint8_t>> codes;
        std::vector<std::vector<std::int64_t>> ids;
    };
    /// Array lists with all sizes written.
    Lists lists() {
        Lists lists;
        if (!tag("ilar"))
            return lists;
        const auto nlist = one<std::uint64_t>(), code_size = one<std::uint64_t>();
        if (!tag("full"))
            return lists;
        const auto sizes = many<std::uint64_t>();
        m_good = m_good && sizes.size() == nlist;
        for (const std::uint64_t size : sizes) {
            lists.codes.push_back(some<std::uint8_t>(size * code_size));
            lists.ids.push_back(some<std::int64_t>(size));
        }
        return lists;
    }

private:
    void copy(void* out, std::size_t bytes) {
        if (!m_good || bytes > static_cast<std::size_t>(m_bytes.size()) - m_at) {
            m_good = false;
            return;
        }
        if (bytes > 0)
            std::memcpy(out, m_bytes.constData() + m_at, bytes);
        m_at += bytes;
    }

    QByteArray m_bytes;
    std::size_t m_at = 0;
    bool m_good = false;
};

inline std::filesystem::path faiss_folder() {
    const auto folder = data_folder();
    return folder.empty() ? folder : folder / "faiss-1.7.3";
}

/// What libfaiss answered, from NAME.ids.npy and NAME.dists.npy: 10 a query.
struct FaissAnswer {
    std::vector<std::int64_t> ids;
    std::vector<float> distances;
};
inline FaissAnswer faiss_answer(const std::string& name) {
    const auto values = [](const std::filesystem::path& path) {
        QFile file(QString::fromStdString(path.string()));
        if (!file.open(QIODevice::ReadOnly))
            return QByteArray();
        const QByteArray all = file.readAll();
        const int header = static_cast<unsigned char>(all[8]) | static_cast<unsigned char>(all[9]) << 8;
        return all.mid(10 + header);
    };
    const QByteArray ids = values(faiss_folder() / (name + ".ids.npy"));
    const QByteArray distances = values(faiss_folder() / (name + ".dists.npy"));
    FaissAnswer answer;
    answer.ids.resize(static_cast<std::size_t>(ids.size()) / sizeof(std::int64_t));
    answer.distances.resize(static_cast<std::size_t>(distances.size()) / sizeof(float));
    std::memcpy(answer.ids.data(), ids.constData(), answer.ids.size() * sizeof(std::int64_t));
    std::memcpy(answer.distances.data(), distances.constData(), answer.distances.size() * sizeof(float));
    return answer;
}

} // namespace annscope::test
