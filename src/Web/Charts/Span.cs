namespace Pylon.Web.Charts;

/// <summary>A time that is marked at the foot of a chart, for example of planned work.</summary>
public sealed record Span(string Name, DateTimeOffset From, DateTimeOffset To);
