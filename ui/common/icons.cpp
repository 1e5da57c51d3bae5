// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/icons.h"

#include "ui/common/palette.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

// A static library's resources are linked, and known, only when asked for; the macro needs the global
// namespace.
static void registerResources() {
    Q_INIT_RESOURCE(annscope);
}

namespace annscope::ui {
namespace {

class TintedSvgEngine : public QIconEngine {
public:
    explicit TintedSvgEngine(QByteArray svg) : m_svg(std::move(svg)) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        const Palette& c = palette();
        const QColor color = mode == QIcon::Disabled ? mix(c.secondary, c.panel, 0.5) : c.text;
        QByteArray svg = m_svg;
        svg.replace("currentColor", color.name().toLatin1());
        QSvgRenderer(svg).render(painter, rect);
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap result(size);
        result.fill(Qt::transparent);
        QPainter painter(&result);
        painter.setRenderHint(QPainter::Antialiasing);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return result;
    }
    QIconEngine* clone() const override { return new TintedSvgEngine(m_svg); }

private:
    QByteArray m_svg;
};

} // namespace

void useResources() {
    static const bool once = [] {
        registerResources();
        return true;
    }();
    (void)once;
}

QIcon icon(const QString& name) {
    useResources();
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QIcon(new TintedSvgEngine(file.readAll()));
}

} // namespace annscope::ui
