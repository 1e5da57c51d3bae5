// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line.h"

#include "spec/parser.h"

#include <QRegularExpression>

#include <functional>

namespace annscope {
namespace {

Error wrongUsage(const QString& sentence) {
    return {ErrorCode::InvalidArgument, sentence.toStdString()};
}

Status checkConfiguration(const QString& line) {
    const auto parsed = parse_configuration(line.toStdString());
    if (parsed)
        return {};
    Error error = parsed.error();
    if (error.column >= 0)
        error.message =
            "--config " + line.toStdString() + '\n' +
            std::string(std::string("--config ").size() + static_cast<std::size_t>(error.column), ' ') +
            "^\n" + error.message;
    return error;
}

Result<QSize> parseSize(const QString& text) {
    static const QRegularExpression pattern(QStringLiteral("^(\\d{3,5})x(\\d{3,5})$"));
    const auto match = pattern.match(text);
    if (!match.hasMatch())
        return wrongUsage(
            QStringLiteral("--size takes WIDTHxHEIGHT in pixels, such as 1280x800, not \"%1\".").arg(text));
    return QSize(match.captured(1).toInt(), match.captured(2).toInt());
}

Result<ui::Theme> parseTheme(const QString& text) {
    const ui::Theme theme = ui::themeFromName(text);
    if (ui::themeName(theme) != text)
        return wrongUsage(QStringLiteral("--theme takes light, dark or system, not \"%1\".").arg(text));
    return theme;
}

/// Reads options one after the other into Arguments.
class Reader {
public:
    explicit Reader(const QStringList& arguments) : m_rest(arguments) {}

    Result<Arguments> read() {
        while (!m_rest.isEmpty())
            ANNSCOPE_TRY(readOne(m_rest.takeFirst()));
        return finish();
    }

private:
    Status readOne(QString argument) {
        if (m_onlyFiles || !argument.startsWith(QLatin1Char('-')) || argument == QLatin1String("-"))
            return addData(argument);
        if (argument == QLatin1String("--")) {
            m_onlyFiles = true;
            return {};
        }
        std::optional<QString> value;
        if (const auto equals = argument.indexOf(QLatin1Char('=')); equals > 0) {
            value = argument.mid(equals + 1);
            argument = argument.left(equals);
        }
        if (argument == QLatin1String("--help") || argument == QLatin1String("-h"))
            m_result.help = true;
        else if (argument == QLatin1String("--version") || argument == QLatin1String("-v"))
            m_result.version = true;
        else if (argument == QLatin1String("--headless"))
            m_result.headless = true;
        else
            return readValue(argument, std::move(value));
        return value ? Status(wrongUsage(QStringLiteral("%1 takes no value.").arg(argument))) : Status();
    }

    Status readValue(const QString& option, std::optional<QString> value) {
        static const QStringList known{
            QStringLiteral("--base"),   QStringLiteral("--queries"), QStringLiteral("--truth"),
            QStringLiteral("--metric"), QStringLiteral("--config"),  QStringLiteral("--save"),
            QStringLiteral("--theme"),  QStringLiteral("--size"),    QStringLiteral("-k")};
        if (!known.contains(option))
            return wrongUsage(
                QStringLiteral("There is no option %1. annscope --help lists all.").arg(option));
        if (!value) {
            if (m_rest.isEmpty())
                return wrongUsage(QStringLiteral("%1 needs a value.").arg(option));
            value = m_rest.takeFirst();
        }
        return apply(option, *value);
    }

    Status apply(const QString& option, const QString& value) {
        if (option == QLatin1String("--base"))
            return addData(value);
        if (option == QLatin1String("--queries"))
            m_queries = value;
        else if (option == QLatin1String("--truth"))
            m_truth = value;
        else if (option == QLatin1String("--save"))
            m_result.save = value;
        else if (option == QLatin1String("--metric")) {
            m_metric = parse_metric(value.toStdString());
            if (!m_metric)
                return wrongUsage(QStringLiteral("--metric takes l2, ip or cosine, not \"%1\".").arg(value));
        } else if (option == QLatin1String("--config")) {
            ANNSCOPE_TRY(checkConfiguration(value));
            m_result.configurations << value;
        } else if (option == QLatin1String("--theme")) {
            ANNSCOPE_ASSIGN(m_result.theme, parseTheme(value));
        } else if (option == QLatin1String("--size")) {
            ANNSCOPE_ASSIGN(m_result.size, parseSize(value));
        } else { // -k
            m_result.kGiven = true;
            m_result.k = value.toInt();
            if (m_result.k < 1 || m_result.k > 1000)
                return wrongUsage(QStringLiteral("-k takes a number from 1 to 1000, not \"%1\".").arg(value));
        }
        return {};
    }

    Status addData(const QString& path) {
        if (!m_data.isEmpty())
            return wrongUsage(
                QStringLiteral("One data set at a time: \"%1\" and \"%2\" were given. Queries and truth "
                               "from other files: --queries, --truth.")
                    .arg(m_data, path));
        m_data = path;
        return {};
    }

    Result<Arguments> finish() {
        if (m_data.isEmpty() && (!m_queries.isEmpty() || !m_truth.isEmpty() || m_metric))
            return wrongUsage(QStringLiteral("--queries, --truth and --metric need DATA, too."));
        if (!m_result.save.isEmpty() && !m_result.headless)
            return wrongUsage(QStringLiteral("--save belongs to --headless."));
        if (!m_data.isEmpty()) {
            OpenOptions options;
            options.base = m_data.toStdString();
            options.queries = m_queries.toStdString();
            options.truth = m_truth.toStdString();
            options.metric = m_metric;
            m_result.data = options;
        }
        return m_result;
    }

    QStringList m_rest;
    bool m_onlyFiles = false;
    Arguments m_result;
    QString m_data, m_queries, m_truth;
    std::optional<Metric> m_metric;
};

} // namespace

Result<Arguments> parseArguments(const QStringList& arguments) {
    return Reader(arguments).read();
}

QString helpText() {
    return QStringLiteral(R"(Annscope: vector search, made understandable and tunable.

Usage:
  annscope [DATA] [--config C ...]                           opens the window
  annscope --headless [DATA] [--config C ...] [--save DIR]   does the same without one and saves the pictures

DATA is a file of vectors: HDF5 (ann-benchmarks layout), fvecs, bvecs, fbin, u8bin, i8bin, DiskANN .bin, npy, a
folder of npy files, csv, tsv; file.hdf5:/group/name names one set in a file. Without DATA the built-in sample
opens. Without --config an index for the data's size is chosen.

Options:
  --config C        what to build, FACTORY|BUILD|SEARCH, the last two optional; may be given several times:
                      "IVF1024,Flat"   "Vamana64|Lbuild=125,alpha=1.2"   "IVF256,Flat||nprobe=16"
  --base F          the same as DATA
  --queries F       queries from another file
  --truth F         true neighbours from another file
  --metric M        l2, ip or cosine, where the file does not say, or to overrule it
  -k K              neighbours per query, and the k of recall@k (10)
  --headless        no window: open, build, sweep, save curve, graph, cells and window as PNG, print their paths
  --save DIR        where the pictures go (annscope-pictures)
  --theme T         light, dark or system
  --size WxH        size of the window, also of the saved one (1280x800)
  --help, --version

Examples:
  annscope sift-128-euclidean.hdf5
  annscope base.fvecs --queries query.fvecs --truth groundtruth.ivecs --config "Vamana32"
  annscope --headless fashion-mnist-784-euclidean.hdf5 --config IVF1024,Flat --config Vamana64 --save pictures

Exit codes: 0 done; 1 a job failed, the reason is on stderr; 2 wrong usage.
Without a display, annscope behaves as with --headless. Jobs for scripts: annscope-cli --help.
)");
}

} // namespace annscope
