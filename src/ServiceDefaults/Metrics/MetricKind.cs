namespace Pylon.ServiceDefaults.Metrics;

internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}
