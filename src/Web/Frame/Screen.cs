namespace Pylon.Web.Frame;

/// <summary>An entry of the navigation.</summary>
public sealed record Screen(string Name, string Path)
{
    public static Screen Now { get; } = new("Now", "/");

    public static Screen Workloads { get; } = new("Workloads", "/web/workloads");

    public static Screen Plan { get; } = new("Plan", "/web/plan");

    public static Screen Hotspots { get; } = new("Hotspots", "/web/hotspots");

    public static Screen System { get; } = new("System", "/web/system");

    public static IReadOnlyList<Screen> All { get; } = [Now, Workloads, Plan, Hotspots, System];
}
