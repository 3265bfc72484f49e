using Google.Protobuf.WellKnownTypes;
using Pylon.Orchestrator.Api;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Tests.Rules;

public sealed class WorkloadMappingTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    public static TheoryData<string, Action<SubmitWorkloadRequest>> Wrong => new()
    {
        { "workload_name", r => r.WorkloadName = "" },
        { "workload_name", r => r.WorkloadName = "   " },
        { "workload_name", r => r.WorkloadName = new string('x', 201) },
        { "workload_name", r => r.WorkloadName = "a\0b" },
        { "request", r => r.Request = new string('x', 4001) },
        { "workload_type", r => r.WorkloadType = new string('x', 101) },
        { "urgency", r => r.Urgency = (Urgency)99 },
        { "required_gpu_mins", r => r.RequiredGpuMins = 0 },
        { "required_gpu_mins", r => r.RequiredGpuMins = -1 },
        { "compute_load_mw", r => r.ComputeLoadMw = 0 },
        { "compute_load_mw", r => r.ComputeLoadMw = double.NaN },
        { "compute_load_mw", r => r.ComputeLoadMw = 1000.5 },
        { "carbon_cap_gco2", r => r.CarbonCapGco2 = double.PositiveInfinity },
        { "carbon_cap_gco2", r => r.CarbonCapGco2 = -2 },
        { "max_price_gbp", r => r.MaxPriceGbp = 0 },
        { "deadline", r => r.Deadline = new Timestamp { Seconds = long.MaxValue } },
        { "deadline", r => r.Deadline = new Timestamp { Nanos = -1 } },
        { "deadline", r => r.Deadline = Timestamp.FromDateTimeOffset(Now) },
        { "workload_name", r => r.WorkloadName = "\u200b" },
        { "workload_name", r => r.WorkloadName = "\u200d\ufeff \u2060" },
        { "workload_name", r => r.WorkloadName = "\u3164" },
        { "workload_name", r => r.WorkloadName = string.Concat(Enumerable.Repeat("😀", 201)) },
        { "request", r => (r.WorkloadName, r.Request) = ("", "\u200b") },
        { "pipeline", r => r.Pipeline = "\u200b" },
        { "deadline", r => r.Deadline = Timestamp.FromDateTimeOffset(new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero)) },
        { "deadline", r => r.Deadline = new Timestamp { Seconds = 253_402_300_799 } },
        { "deadline", r => r.Deadline = new Timestamp { Seconds = 253_402_300_800 } },
        { "deadline", r => r.Deadline = new Timestamp { Seconds = -62_135_596_801 } },
        { "deadline", r => r.Deadline = new Timestamp { Nanos = 1_000_000_000 } },
        { "user_email", r => r.UserEmail = "a@b@c.de" },
        { "user_email", r => r.UserEmail = "a\n@b.de" },
        { "user_email", r => r.UserEmail = "a@b.de\n" },
        { "user_email", r => r.UserEmail = "a\u200b@b.de" },
        { "user_email", r => r.UserEmail = "a@b\u00a0.de" },
        { "user_email", r => r.UserEmail = "nobody" },
        { "user_email", r => r.UserEmail = "@example.org" },
        { "user_email", r => r.UserEmail = "nobody@" },
        { "user_email", r => r.UserEmail = "no body@example.org" },
        { "user_email", r => r.UserEmail = new string('x', 250) + "@x.org" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void RuleThatIsBrokenIsRefusedByTheNameOfItsField(string field, Action<SubmitWorkloadRequest> change)
    {
        var request = new SubmitWorkloadRequest { WorkloadName = "training" };
        change(request);
        var refusal = Assert.Throws<RefusalException>(() => WorkloadMapping.Parse(request, Now)).Refusal;
        Assert.Equal((RefusalKind.InvalidArgument, field), (refusal.Kind, Assert.Single(refusal.Violations).Field));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(" ", "  ")]
    public void NothingSubmittedNamesBothFieldsThatWouldDo(string name, string wish)
    {
        var refusal = Assert.Throws<RefusalException>(() => WorkloadMapping.Parse(new SubmitWorkloadRequest { WorkloadName = name, Request = wish }, Now)).Refusal;
        Assert.Equal("give workload_name or request", Assert.Single(refusal.Violations).Rule);
    }

    [Fact]
    public void NameAloneIsEnough()
    {
        var workload = WorkloadMapping.Parse(new SubmitWorkloadRequest { WorkloadName = " training " }, Now);
        Assert.Equal(new WorkloadRecord { Id = Guid.Empty, Name = "training", RefusedItemIds = workload.RefusedItemIds }, workload);
    }

    [Fact]
    public void LengthsCountCodePoints()
    {
        var name = string.Concat(Enumerable.Repeat("😀", 200));
        var request = string.Concat(Enumerable.Repeat("😀", 4000));
        var workload = WorkloadMapping.Parse(new SubmitWorkloadRequest { WorkloadName = name, Request = request }, Now);
        Assert.Equal((name, request), (workload.Name, workload.Request));
    }

    [Fact]
    public void RequestGivesTheNameWhenThereIsNone()
    {
        Assert.Equal("train it", WorkloadMapping.Parse(new SubmitWorkloadRequest { Request = " train it " }, Now).Name);
        Assert.Equal(200, WorkloadMapping.Parse(new SubmitWorkloadRequest { Request = new string('x', 300) }, Now).Name.Length);
    }

    [Fact]
    public void ShortenedNameHoldsWholeCharacters()
    {
        var name = WorkloadMapping.Parse(new SubmitWorkloadRequest { Request = new string('x', 198) + "😀😀😀" }, Now).Name;
        Assert.Equal(new string('x', 198) + "😀…", name);
    }

    [Fact]
    public void EveryFieldIsRead()
    {
        var workload = WorkloadMapping.Parse(new SubmitWorkloadRequest
        {
            WorkloadName = "n",
            Request = "r",
            WorkloadType = "t",
            Urgency = Urgency.Medium,
            RequiredGpuMins = 5,
            ComputeLoadMw = 1000,
            CarbonCapGco2 = 2,
            MaxPriceGbp = 3,
            Deadline = new Timestamp { Seconds = 60 },
            UserEmail = "a@b",
        }, Now);
        Assert.Equal(("n", "r", "t", "MEDIUM", 5, 1000), (workload.Name, workload.Request, workload.WorkloadType, workload.Urgency, workload.RequiredGpuMins, workload.ComputeLoadMw));
        Assert.Equal((2, 3, DateTimeOffset.UnixEpoch.AddMinutes(1), "a@b"), (workload.CarbonCapGco2, workload.MaxPriceGbp, workload.Deadline, workload.UserEmail));
    }

    [Theory]
    [InlineData(Status.Queued)]
    [InlineData(Status.Processing)]
    [InlineData(Status.PendingUserChoice)]
    [InlineData(Status.Choosing)]
    [InlineData(Status.Scheduled)]
    [InlineData(Status.Failed)]
    [InlineData(Status.Cancelling)]
    [InlineData(Status.Cancelled)]
    public void EveryStateHasItsName(string status)
    {
        var proto = EnumName.Parse<WorkloadStatus>(status);
        Assert.NotEqual(WorkloadStatus.Unspecified, proto);
        Assert.Equal(status, Status.FromProto(proto));
    }

    [Fact]
    public void NextAttemptIsGivenOnlyWhereThereIsOne()
    {
        var record = new WorkloadRecord { Id = Guid.NewGuid(), Name = "n", DueAt = DateTimeOffset.UnixEpoch };
        Assert.NotNull(WorkloadMapping.ToProto(record, [], null).NextAttemptAt);
        Assert.Null(WorkloadMapping.ToProto(record with { Status = Status.Scheduled }, [], null).NextAttemptAt);
    }
}
