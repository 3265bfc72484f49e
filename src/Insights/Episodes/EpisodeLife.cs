namespace Pylon.Insights.Episodes;

/// <summary>
/// The life of an entity's hotspots, hour by hour. Only hours that count move anything; missing ones pause it.
/// <code>
///         2 of the last 3 >= warn                         below warn for 6 (flapping: 24)
/// normal ─────────────────────────► open ◄────► acknowledged ─────────────► resolved
///    │                               ▲  └───────────── same ──────────────────► │
///    │ 2 of the last 3 >= info       └── 2 of 3 >= warn again within 24 h ──────┘
///    └──────────────► watching ──► open        same id, reopened + 1; at the third in 7 days: flapping
///                         └── below info for 6 ──► resolved
/// </code>
/// </summary>
internal sealed class EpisodeLife
{
    private const int Window = 3;
    private const int Abnormal = 2;
    private const int NormalHours = 6;
    private const int NormalHoursOfFlapping = 24;
    private const int FlapsToFlapping = 3;

    private static readonly TimeSpan ReopensWithin = TimeSpan.FromHours(24);
    private static readonly TimeSpan FlapsWithin = TimeSpan.FromDays(7);

    private readonly List<JudgedHour> _last = [];
    private readonly List<DateTimeOffset> _reopenings;
    private readonly List<Episode> _touched;
    private Episode? _closed;
    private int _belowWarn;
    private int _belowInfo;

    /// <param name="live">The hotspot that is not resolved.</param>
    /// <param name="closed">The last one that is.</param>
    /// <param name="reopenings">The hours at which hotspots of the entity were re-opened.</param>
    public EpisodeLife(Episode? live = null, Episode? closed = null, IEnumerable<DateTimeOffset>? reopenings = null) =>
        (Live, _closed, _reopenings, _touched) = (live, closed, [.. reopenings ?? []], [.. new[] { closed, live }.OfType<Episode>()]);

    public Episode? Live { get; private set; }

    /// <summary>The hotspots that it was given or made, each once, in the order in which they came up.</summary>
    public IReadOnlyList<Episode> Touched => _touched;

    /// <summary>In the order in which they happened.</summary>
    public List<EpisodeChange> Changes { get; } = [];

    /// <summary>An hour before the first that is judged: it is known, and changes nothing.</summary>
    public void Recall(in JudgedHour hour)
    {
        if (hour.Counts && !IsOver(hour))
            Remember(hour);
    }

    public void Judge(in JudgedHour hour)
    {
        if (!hour.Counts)
            return;
        if (IsOver(hour))
        {
            // It came late: the hotspot that it belongs to is over, and only its sum changes.
            if (hour.Hour >= _closed!.FirstHour)
                _closed.Note(hour);
            return;
        }

        Remember(hour);
        if (Live is { } live)
            Continue(live, hour);
        else
            Begin(hour);
    }

    private bool IsOver(in JudgedHour hour) => Live is null && _closed is { } closed && hour.Hour <= closed.LastHour;

    private void Begin(in JudgedHour hour)
    {
        var level = LevelOfWindow();
        if (level == Level.Normal)
            return;
        var cause = WorstOfWindow().Cause;
        var again = _closed is { } last && last.Cause == cause && hour.Hour - last.LastHour <= ReopensWithin ? last : null;
        if (level >= Level.Warn && again is not null)
            Reopen(again, hour);
        else if (level >= Level.Warn || again is null)
            Open(cause, level, hour);
    }

    private void Open(string cause, Level level, in JudgedHour hour)
    {
        var first = _last.First(one => one.Level > Level.Normal);
        var isWatching = level == Level.Info;
        Live = new Episode
        {
            Id = Guid.CreateVersion7(),
            IsNew = true,
            Status = isWatching ? HotspotStatus.Watching : HotspotStatus.Open,
            Cause = cause,
            Severity = level,
            Basis = first.Basis,
            FirstHour = first.Hour,
            LastHour = first.Hour,
        };
        _touched.Add(Live);
        NoteWindow(Live);
        Add(Live, isWatching ? Transition.Watching : Transition.Opened, hour);
    }

    private void Reopen(Episode episode, in JudgedHour hour)
    {
        (Live, _closed) = (episode, null);
        episode.Status = HotspotStatus.Open;
        episode.Reopened++;
        _reopenings.Add(hour.Hour);
        NoteWindow(episode);
        Raise(episode, LevelOfWindow());
        var (from, wasFlapping) = (hour.Hour - FlapsWithin, episode.IsFlapping);
        episode.IsFlapping = _reopenings.Count(at => at > from) >= FlapsToFlapping;
        // Of flapping there is one notice, and none for what follows.
        Changes.Add(new EpisodeChange(episode, Transition.Reopened, hour, episode.Severity, IsAlerting: !episode.IsFlapping));
        if (episode.IsFlapping && !wasFlapping)
            Add(episode, Transition.Flapping, hour);
    }

    private void Continue(Episode live, in JudgedHour hour)
    {
        live.Note(hour);
        if (live.Status == HotspotStatus.Watching)
        {
            if (LevelOfWindow() >= Level.Warn)
            {
                live.Status = HotspotStatus.Open;
                live.Cause = WorstOfWindow().Cause;
                Raise(live, LevelOfWindow());
                Add(live, Transition.Opened, hour);
            }
            else if (_belowInfo >= NormalHours && hour.Hour > live.FirstHour)
            {
                Close(live, hour);
            }

            return;
        }

        if (Raise(live, hour.Level))
            Add(live, Transition.Escalated, hour);
        if (_belowWarn >= (live.IsFlapping ? NormalHoursOfFlapping : NormalHours) && hour.Hour > live.FirstHour)
            Close(live, hour);
    }

    private void Close(Episode live, in JudgedHour hour)
    {
        var wasAlerting = live.IsAlerting;
        live.Status = HotspotStatus.Resolved;
        Changes.Add(new EpisodeChange(live, Transition.Resolved, hour, live.Severity, wasAlerting));
        (Live, _closed) = (null, live);
        _last.Clear();
    }

    private static bool Raise(Episode episode, Level level)
    {
        if (level <= episode.Severity)
            return false;
        episode.Severity = level;
        return true;
    }

    private void Add(Episode episode, string transition, in JudgedHour hour) =>
        Changes.Add(new EpisodeChange(episode, transition, hour, episode.Severity, episode.IsAlerting));

    private void NoteWindow(Episode episode)
    {
        foreach (var one in _last)
        {
            if (one.Hour >= episode.FirstHour)
                episode.Note(one);
        }
    }

    private void Remember(in JudgedHour hour)
    {
        _last.Add(hour);
        if (_last.Count > Window)
            _last.RemoveAt(0);
        _belowWarn = hour.Level >= Level.Warn ? 0 : _belowWarn + 1;
        _belowInfo = hour.Level >= Level.Info ? 0 : _belowInfo + 1;
    }

    // Warn or more when two of the hours are; info when two of them are at least that.
    private Level LevelOfWindow()
    {
        if (_last.Count(one => one.Level >= Level.Warn) >= Abnormal)
            return _last.Max(one => one.Level);
        return _last.Count(one => one.Level >= Level.Info) >= Abnormal ? Level.Info : Level.Normal;
    }

    private JudgedHour WorstOfWindow() => _last.MaxBy(one => one.Score);
}
