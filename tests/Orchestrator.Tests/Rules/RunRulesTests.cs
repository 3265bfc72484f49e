using Google.Protobuf;
using Pylon.Conductor.V1;
using Pylon.Messaging;
using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Tests.Rules;

public sealed class RunRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Dictionary<string, Func<RunRecord, RunRecord>> Transitions = new()
    {
        ["define"] = run => RunRules.Define(run, Answer(), Now.AddHours(1)),
        ["refuse"] = run => RunRules.Refuse(run, "no", Now.AddHours(1)),
        ["retry"] = run => RunRules.Retry(run, "the Conductor did not answer", TimeSpan.FromSeconds(1)),
        ["follow"] = run => RunRules.Follow(run, [], TimeSpan.FromSeconds(1), Now.AddHours(1)),
        ["expire"] = run => RunRules.Expire(run, TimeSpan.FromSeconds(1), Now.AddHours(1)),
    };

    private static readonly string[] Phases = ["prepare", "train", "evaluate"];

    [Fact]
    public void ReportsInAnyOrderAndNumberGiveTheSameRun()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var reports = Phases.SelectMany(phase => ReportsOf(phase, random)).ToList();
            var expected = RunRules.Apply(Defined(), reports, Now);
            Assert.Equal(RunRecord.Completed, expected.State);

            var shuffled = reports.Concat(reports.Where(_ => random.Next(3) == 0)).OrderBy(_ => random.Next()).ToList();
            // The answer of the Conductor may itself come late.
            var run = Requested();
            var answered = random.Next(shuffled.Count);
            for (var n = 0; n < shuffled.Count; n++)
            {
                if (n == answered)
                    run = RunRules.Define(run, Answer(), Now);
                run = RunRules.Apply(run, [shuffled[n]], Now);
            }

            Assert.Equal(expected.Phases, run.Phases);
            Assert.Equal(expected.State, run.State);
            Assert.Same(run, RunRules.Apply(run, shuffled, Now));
        }
    }

    [Fact]
    public void WhatWasDoneBeforeIsSkippedAndWithNothingLeftTheRunIsOver()
    {
        var answer = new DefinePipelineResponse { Analysis = new PipelineAnalysis() };
        answer.Analysis.Phases.AddRange(Phases.Select(p => new PhaseVerdict { Phase = p, Decision = Decision.SkipCompleted }));
        var run = RunRules.Define(Requested(), answer, Now);
        Assert.Equal((RunRecord.Completed, Now), (run.State, run.EndedAt!.Value));
        Assert.All(run.Phases, p => Assert.Equal(PhaseRunState.Skipped, p.State));
    }

    [Fact]
    public void PhaseThatFailsFailsTheRunUntilItCompletesAfterAll()
    {
        var failed = RunRules.Apply(Defined(), [new PhaseReport("train", 0, 0, 3, Complete: false, Failed: true, "OUT_OF_MEMORY", Now)], Now);
        Assert.Equal((RunRecord.Failed, "phase train failed: OUT_OF_MEMORY", Now), (failed.State, failed.FailureReason, failed.EndedAt!.Value));
        var again = RunRules.Apply(failed, [new PhaseReport("train", 3, 0, 3, Complete: true, Failed: false, "", Now)], Now);
        Assert.Equal((RunRecord.Running, null, null), (again.State, again.FailureReason, again.EndedAt));
    }

    [Fact]
    public void AFailureUnderAnEarlierOrderComesTooLateForTheRun()
    {
        var run = Defined() with { RequestedAt = Now };
        var failure = new PhaseReport("train", 0, 0, 3, Complete: false, Failed: true, "OUT_OF_MEMORY", Now.AddSeconds(-1));
        Assert.Equal(RunRecord.Running, RunRules.Apply(run, [failure], Now).State);
        Assert.Equal(RunRecord.Failed, RunRules.Apply(run, [failure with { At = Now }], Now).State);
    }

    public static TheoryData<string, string> Ended()
    {
        var data = new TheoryData<string, string>();
        foreach (var state in new[] { RunRecord.Cancelled, RunRecord.Completed, RunRecord.Failed })
        {
            foreach (var rule in Transitions.Keys)
                data.Add(state, rule);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Ended))]
    public void NoAnswerRewritesARunThatHasEnded(string state, string rule)
    {
        var run = Defined() with { State = state, FailureReason = "phase prepare failed: GPU_LOST", EndedAt = Now };
        Assert.Same(run, Transitions[rule](run));
    }

    [Fact]
    public void RunThatEndsIsNotLeasedAnyMore()
    {
        var failed = RunRules.Apply(Defined() with { LeaseOwner = Guid.NewGuid() }, [new PhaseReport("train", 0, 0, 3, Complete: false, Failed: true, "GPU_LOST", Now)], Now);
        Assert.Null(failed.LeaseOwner);
    }

    [Theory]
    [InlineData(long.MaxValue, 0)]
    [InlineData(253_402_300_800, 0)]
    [InlineData(-62_135_596_801, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 1_000_000_000)]
    public void EventAtATimeThatNoClockShowsIsADeadLetter(long seconds, int nanos)
    {
        var read = new Events.V1.Event
        {
            Time = new Google.Protobuf.WellKnownTypes.Timestamp { Seconds = seconds, Nanos = nanos },
            BatchPhaseProgressed = new Events.V1.BatchPhaseProgressed { BatchId = Guid.NewGuid().ToString(), PhaseName = "train" },
        };
        Assert.Throws<FormatException>(() => PhaseReport.Read(new GroupEntry("batches", "1-0", EntryFormat.Event, read.ToByteArray(), 1), Now));
    }

    [Fact]
    public void NameOfAPhaseHasAsManyCharactersAsTheConductorTakes()
    {
        var name = string.Concat(Enumerable.Repeat("😀", 200));
        var read = new Events.V1.Event { BatchPhaseProgressed = new Events.V1.BatchPhaseProgressed { BatchId = Guid.NewGuid().ToString(), PhaseName = name } };
        Assert.NotNull(PhaseReport.Read(new GroupEntry("batches", "1-0", EntryFormat.Event, read.ToByteArray(), 1), Now));
    }

    [Theory]
    [InlineData(null, null, "compute_training")]
    [InlineData(null, "TRAINING_RUN", "compute_training")]
    [InlineData(null, "batch inference", "compute_inference")]
    [InlineData(null, "MODEL_EVALUATION", "compute_evaluation")]
    [InlineData("nlp", "TRAINING_RUN", "nlp")]
    public void PipelineIsTheOneAskedForOrTheOneOfTheType(string? asked, string? type, string expected) =>
        Assert.Equal(expected, DefaultPipeline.Of(new WorkloadRecord { Id = Guid.Empty, Name = "w", Pipeline = asked, WorkloadType = type }));

    private static RunRecord Requested() => new() { WorkloadId = Guid.Empty, Pipeline = "compute_training", CorrelationId = "c" };

    private static RunRecord Defined() => RunRules.Define(Requested(), Answer(), Now);

    private static DefinePipelineResponse Answer() => new() { FinalPipeline = { Phases } };

    // Three parts, some of which fail before they complete, each at a time of its own.
    private static IEnumerable<PhaseReport> ReportsOf(string phase, Random random)
    {
        var steps = Enumerable.Range(0, 3).SelectMany(part => random.Next(2) == 0 ? new[] { (part, true) } : [(part, false), (part, true)]).ToList();
        var (completed, failed) = (0, new HashSet<int>());
        // As the Conductor adds them up.
        var (energy, reports, first, last) = (0.0, 0, Now.AddSeconds(-random.Next(10)), Now);
        foreach (var (part, succeeded) in steps.OrderBy(s => s.Item2).ThenBy(_ => random.Next()))
        {
            completed += succeeded ? 1 : 0;
            _ = succeeded ? failed.Remove(part) : failed.Add(part);
            yield return new PhaseReport(phase, completed, failed.Count, 3, completed == 3, Failed: false, "", Now.AddSeconds(random.Next(100)))
            {
                EnergyKwh = energy += random.Next(3),
                EnergyReports = ++reports,
                WorkStartedAt = first,
                WorkEndedAt = last = last.AddSeconds(random.Next(10)),
            };
        }
    }
}
