using System.Text.Json;
using System.Text.Json.Serialization;
using Pylon.Conductor.V1;
using Pylon.Conductor.Work;

namespace Pylon.Worker.Jobs;

/// <summary>Reads jobs.json: the jobs that a worker runs, and nothing else. What it does not know in the file is refused.</summary>
internal static class JobsFile
{
    private const int MaxJobs = 100;
    private const int MaxSeconds = 30 * 24 * 3600;
    private const int MaxOutputMb = 1_000;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public static IReadOnlyDictionary<string, JobDefinition> Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var written = JsonSerializer.Deserialize<Written>(file, Json)?.Jobs ?? throw Wrong(path, "jobs", "must be there");
            if (written.Count is 0 or > MaxJobs)
                throw Wrong(path, "jobs", $"must be 1 to {MaxJobs}");
            var jobs = written.Select((job, i) => Read(path, $"jobs[{i}]", job)).ToList();
            return jobs.GroupBy(job => job.Contract.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice
                ? throw Wrong(path, "jobs", $"must have {twice.Key} once")
                : jobs.ToDictionary(job => job.Contract.Name, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new WorkerException($"{path}: {e.Message}", e);
        }
    }

    private static JobDefinition Read(string path, string place, Job job)
    {
        if (job.Name is null || !ParameterRules.IsJob(job.Name))
            throw Wrong(path, $"{place}.name", "must be a letter or digit, then at most 99 letters, digits, dots, dashes and underscores");
        if (job.Command is not { Count: > 0 } command || command[0].Length == 0 || command[0].Contains('{', StringComparison.Ordinal))
            throw Wrong(path, $"{place}.command", "must be a program, which no parameter names, and its arguments");
        var contract = new WorkerJob { Name = job.Name, Description = job.Description ?? "" };
        contract.Parameters.AddRange((job.Parameters ?? []).Select((parameter, i) => Read(path, $"{place}.parameters[{i}]", parameter)));
        if (contract.Parameters.Count > ParameterRules.MaxParameters || contract.Parameters.DistinctBy(p => p.Name).Count() < contract.Parameters.Count)
            throw Wrong(path, $"{place}.parameters", $"must be at most {ParameterRules.MaxParameters}, each with its own name");
        foreach (var argument in command.Concat(job.Checkpoint ?? []))
        {
            if (CommandLine.Unknown(argument, contract.Parameters.Select(p => p.Name)) is { } unknown)
                throw Wrong(path, $"{place}.command", $"must not have {{{unknown}}}, which is no parameter of the job");
        }

        if (CommandLine.Find(command[0]) is null)
            throw Wrong(path, $"{place}.command", $"must begin with a program that is there: {command[0]} is not");
        return new JobDefinition(
            contract,
            command,
            job.WorkingDirectory is { } directory ? Directory.Exists(directory) ? Path.GetFullPath(directory) : throw Wrong(path, $"{place}.working_directory", "must be there") : null,
            job.Environment ?? new Dictionary<string, string>(StringComparer.Ordinal),
            job.Checkpoint,
            TimeSpan.FromSeconds(Range(path, $"{place}.time_limit_seconds", job.TimeLimitSeconds ?? MaxSeconds, 1, MaxSeconds)),
            job.MemoryMb is { } memory ? Range(path, $"{place}.memory_mb", memory, 1, 1 << 24) : null,
            Range(path, $"{place}.output_mb", job.OutputMb ?? 10, 1, MaxOutputMb));
    }

    private static JobParameter Read(string path, string place, Parameter parameter)
    {
        var rule = new JobParameter
        {
            Name = parameter.Name ?? "",
            Type = parameter.Type switch
            {
                "integer" => ParameterType.Integer,
                "number" => ParameterType.Number,
                "boolean" => ParameterType.Boolean,
                "text" => ParameterType.Text,
                _ => throw Wrong(path, $"{place}.type", "must be integer, number, boolean or text"),
            },
            Pattern = parameter.Pattern ?? "",
            MaxLength = parameter.MaxLength ?? 0,
            Allowed = { parameter.Allowed ?? [] },
        };
        if (parameter.Default is { } value)
            rule.DefaultValue = value;
        if (parameter.Min is { } min)
            rule.Min = min;
        if (parameter.Max is { } max)
            rule.Max = max;
        return CommandLine.Own.Contains(rule.Name)
            ? throw Wrong(path, $"{place}.name", $"must not be one of {string.Join(", ", CommandLine.Own)}")
            : ParameterRules.FaultOf(rule) is { } fault ? throw Wrong(path, place, fault) : rule;
    }

    private static int Range(string path, string place, int value, int min, int max) =>
        value >= min && value <= max ? value : throw Wrong(path, place, $"must be from {min} to {max}");

    private static WorkerException Wrong(string path, string place, string rule) => new($"{path}: {place} {rule}");

    private sealed record Written(List<Job>? Jobs);

    private sealed record Job(
        string? Name,
        string? Description,
        List<string>? Command,
        List<Parameter>? Parameters,
        string? WorkingDirectory,
        Dictionary<string, string>? Environment,
        List<string>? Checkpoint,
        int? TimeLimitSeconds,
        int? MemoryMb,
        int? OutputMb);

    private sealed record Parameter(
        string? Name, string? Type, string? Default, double? Min, double? Max, List<string>? Allowed, string? Pattern, int? MaxLength);
}
