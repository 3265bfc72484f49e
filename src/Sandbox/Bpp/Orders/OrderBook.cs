using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Bpp.Catalogs;
using Pylon.Sandbox.Bpp.Protocol;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp.Orders;

/// <summary>
/// All orders, by the order id of the BAP. One lock, because a booking and its capacity change together. A repeated action
/// gets the first answer again and books nothing; a refused action is evaluated again.
/// </summary>
internal sealed class OrderBook(CatalogStore catalogs, TimeProvider time, int mostOrders = OrderBook.MostOrders)
{
    public const int MostOrders = 100_000;

    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, Order> _orders = new(StringComparer.Ordinal);
    private readonly Queue<Order> _ended = new();
    private readonly Capacity _capacity = new();

    public Answer Handle(Envelope request)
    {
        var id = request.OrderId();
        var sent = (JObject)request.Message["order"]!;
        lock (_gate)
        {
            _orders.TryGetValue(id, out var order);
            var (answer, outcome, changed) = Repeated(order, request.Action, sent) ?? (request.Action, order) switch
            {
                (Actions.Select, _) => Quote(request, id, sent, order),
                (Actions.Init, _) => Initialize(request, id, sent, order),
                (_, null) => Refuse(ErrorCodes.OrderNotFound, $"order {id} does not exist"),
                (Actions.Confirm, _) => Confirm(id, sent, order),
                (Actions.Cancel, _) => Cancel(id, order),
                _ => new Outcome(AnswerWith(Packed.Unpack(order.Document)), "done", order),
            };
            (order ?? changed)?.Remember(new HistoryEntry(request.Action, request.MessageId, time.GetUtcNow(), outcome));
            return answer;
        }
    }

    public void ShowFreeCapacity(IEnumerable<JObject> items)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            foreach (var item in items)
                _capacity.Show(item, now);
        }
    }

    public JObject List(Func<Order, bool> wanted)
    {
        lock (_gate)
        {
            var chosen = _orders.Values.Where(wanted).ToList();
            return Json.From(new
            {
                count = chosen.Count,
                bookings = chosen.Sum(o => o.Bookings),
                states = chosen.CountBy(o => o.State).ToDictionary(),
                orders = chosen,
            });
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _orders.Clear();
            _ended.Clear();
            _capacity.Clear();
        }
    }

    private Outcome Quote(Envelope request, string id, JObject sent, Order? order)
    {
        if (order is { State: States.Confirmed or States.Cancelled })
            return Refuse(ErrorCodes.BusinessError, $"order {id} is {order.State}: it must be QUOTE_REQUESTED or INITIALIZED to change its item");
        var document = (JObject)sent.DeepClone();
        if (Price(document, reserve: false, out var slot) is { } refused)
            return refused;
        order = Keep(request, id, order);
        order.Answers.Clear();
        Take(order, document, slot!);
        OrderDocument.SetStatus(document, id, States.QuoteRequested, "QUOTED");
        return Done(order, Actions.Select, States.QuoteRequested, document);
    }

    private Outcome Initialize(Envelope request, string id, JObject sent, Order? order)
    {
        if (order is { State: States.Confirmed or States.Cancelled })
            return Refuse(ErrorCodes.BusinessError, $"order {id} is {order.State}: it must be QUOTE_REQUESTED or INITIALIZED to be initialized");
        var document = OrderDocument.Combine(order is null ? null : Packed.Unpack(order.Document), sent);
        if (Price(document, reserve: true, out var slot) is { } refused)
            return refused;
        order = Keep(request, id, order);
        Take(order, document, slot!);
        OrderDocument.SetStatus(document, id, States.Initialized, "PENDING");
        OrderDocument.AddPayment(document);
        return Done(order, Actions.Init, States.Initialized, document);
    }

    private Outcome Confirm(string id, JObject sent, Order order)
    {
        if (order.State != States.Initialized)
            return Refuse(ErrorCodes.BusinessError, $"order {id} is {order.State}: it must be INITIALIZED to be confirmed");
        var document = OrderDocument.Combine(Packed.Unpack(order.Document), sent);
        if (Price(document, reserve: true, out var slot) is { } refused)
            return refused;
        Take(order, document, slot!);
        order.ReservedMw = Capacity.Load(document);
        _capacity.Hold(order.Item, slot!, order.ReservedMw.Value);
        order.Bookings++;
        order.ConfirmedAt = time.GetUtcNow();
        OrderDocument.SetStatus(document, id, States.Confirmed, "CONFIRMED");
        OrderDocument.AddPayment(document);
        OrderDocument.Stamp(document, "beckn:confirmationTimestamp", order.ConfirmedAt.Value);
        _ended.Enqueue(order);
        return Done(order, Actions.Confirm, States.Confirmed, document);
    }

    private Outcome Cancel(string id, Order order)
    {
        if (order.ReservedMw is { } held)
            _capacity.GiveBack(order.Item, order.TimeWindow!, held);
        else
            _ended.Enqueue(order);
        order.ReservedMw = null;
        order.CancelledAt = time.GetUtcNow();
        var document = Packed.Unpack(order.Document);
        OrderDocument.SetStatus(document, id, States.Cancelled, "CANCELLED");
        OrderDocument.Stamp(document, "beckn:cancellationTimestamp", order.CancelledAt.Value);
        return Done(order, Actions.Cancel, States.Cancelled, document);
    }

    /// <summary>The earlier answer; null when the action is new, or a quote or draft of another item.</summary>
    private static Outcome? Repeated(Order? order, string action, JObject sent)
    {
        if (order is null || !order.Answers.TryGetValue(action, out var before))
            return null;
        var line = action is Actions.Select or Actions.Init ? OrderDocument.FirstLine(sent) : null;
        var isSame = line is null || OrderDocument.ItemOf(line) == order.Item;
        return isSame ? new Outcome(AnswerWith(Packed.Unpack(before)), "repeated", order) : null;
    }

    /// <summary>Finds item and offer of the single line and writes slot, price and capacity into it; or refuses.</summary>
    private Outcome? Price(JObject document, bool reserve, out Slot? slot)
    {
        slot = null;
        if (document["beckn:orderItems"] is not JArray { Count: 1 } lines || lines[0] is not JObject line)
            return Refuse(ErrorCodes.InvalidRequest, "beckn:orderItems must have exactly one item");
        if (OrderDocument.ItemOf(line) is not { } itemId || catalogs.FindItem(itemId) is not { } item)
            return Refuse(ErrorCodes.ItemNotFound, $"item {OrderDocument.ItemOf(line) ?? "(none given)"} is not in the catalogue");
        var offerId = OrderDocument.OfferOf(line);
        var offer = catalogs.OffersOf(itemId).FirstOrDefault(o => offerId is null || Json.Text(o, "beckn:id") == offerId);
        if (offer is null && offerId is not null)
            return Refuse(ErrorCodes.OfferNotFound, $"offer {offerId} is not in the catalogue for item {itemId}");
        slot = Slot.Next(item, time.GetUtcNow());
        var free = _capacity.Free(item, slot);
        decimal? load = reserve ? Capacity.Load(document) : null;
        if (free < load || free <= 0)
            return Refuse(ErrorCodes.CapacityUnavailable, $"item {itemId} has {free} MW left; the order needs {load ?? 0} MW");
        OrderDocument.FillLine(line, item, offer, slot, free - (load ?? 0), load);
        return null;
    }

    /// <summary>Evicts ended orders first, then the oldest. The booking of an evicted order stays for its day.</summary>
    private Order Keep(Envelope request, string id, Order? order)
    {
        if (order is not null)
            return order;
        while (_orders.Count >= mostOrders)
            _orders.Remove(_ended.TryDequeue(out var ended) ? ended.Id : _orders.GetAt(0).Key);
        _orders[id] = order = new Order(id, request.TransactionId);
        return order;
    }

    private static void Take(Order order, JObject document, Slot slot)
    {
        order.Item = OrderDocument.ItemOf(OrderDocument.FirstLine(document)!)!;
        order.WorkloadId = OrderDocument.WorkloadOf(document) ?? order.WorkloadId;
        order.TimeWindow = slot;
    }

    private static Outcome Done(Order order, string action, string state, JObject document)
    {
        order.State = state;
        order.Document = order.Answers[action] = Packed.Pack(document);
        return new Outcome(AnswerWith(document), "done", order);
    }

    private static Answer AnswerWith(JObject order) => Answer.Of(new JObject { ["order"] = order });

    private static Outcome Refuse(string code, string reason) => new(Answer.Refused(code, reason), code, null);

    private sealed record Outcome(Answer Answer, string Text, Order? Order);
}
