namespace Pylon.Conductor.State;

/// <summary>
/// The changes of a batch in Redis as scripts, each atomic with its event. Every script first checks that the
/// batch was written under this run of the server: after a restart, even with its file, the last second may be missing,
/// so the batch must be rebuilt from PostgreSQL. The answer is then "load".
/// </summary>
internal static class BatchScripts
{
    private const string Run =
        """
        local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')

        """;

    /// <summary>
    /// The calls of many callers, one after the other; on a cluster all of one shard.
    /// KEYS: for each call meta, items and outbox; after them "loading" when its loader calls, who goes on with what it has loaded.
    /// ARGV: for each call how many values follow, its name and its arguments. Gives an answer for each, {'load'} when the batch must be loaded.
    /// read: nothing. Answers "ok" and the fields and values of meta.
    /// report: milliseconds to live or 0 to leave that as it is, phase, entity, S or F, event id, revision of the order under which the phase failed as a whole, 1 when its event is lost, of its work
    /// millionths of a kWh, start and end in ms, each empty when it is not told, its event without the progress. Answers changed or none, completed,
    /// failed, total, what is known of the whole batch, the id of the report that made the state of the entity (of none when only an order did), and e, k, s and l of the phase. When
    /// that is this very report, a lost event is written again.
    /// define: milliseconds to live or 0, definition id, entities expected, 1 when its events are lost, its traceparent or nothing, revision of its order or 0, its events. Answers "ok".
    /// </summary>
    public const string Calls =
        Run +
        """
        if #KEYS % 3 == 1 then run = 'loading:' .. (redis.call('GET', KEYS[#KEYS]) or '') end
        local calls = {}

        -- The items may be new; they live as long as the batch.
        local function live(meta, items, milliseconds)
            if milliseconds == '0' then milliseconds = redis.call('PTTL', meta) else redis.call('PEXPIRE', meta, milliseconds) end
            if tonumber(milliseconds) > 0 then redis.call('PEXPIRE', items, milliseconds) end
        end

        -- Of whole numbers that Lua's own, which have 53 bits, may not hold.
        local function less(one, other)
            if #one ~= #other then return #one < #other end
            return one < other
        end

        function calls.read(meta)
            if redis.call('HGET', meta, 'run') ~= run then return {'load'} end
            return {'ok', redis.call('HGETALL', meta)}
        end

        function calls.report(meta, items, outbox, milliseconds, phase, entity, status, id, revision, lost, spent, began, ended, event)
            local now = redis.call('HMGET', meta, 'run', 'v', 'x', 'n', 't', 'b:' .. phase, 'c:' .. phase, 'f:' .. phase,
                'e:' .. phase, 'k:' .. phase, 's:' .. phase, 'l:' .. phase, 'o', 'r:' .. phase)
            if now[1] ~= run then return {'load'} end
            local known, whole = tonumber(now[4] or 0), now[6] or ''
            local completed, failed = tonumber(now[7] or 0), tonumber(now[8] or 0)
            local energy, reports, first, last = now[9] or '', now[10] or '0', now[11] or '', now[12] or ''
            local order, under = now[13] or '0', now[14] or '0'
            local item = phase .. '/' .. entity
            local before = redis.call('HMGET', items, item, '/' .. entity)
            local was = before[1] and string.sub(before[1], 1, 1)
            local changed = not was or (was == 'F' and status == 'S')
            -- Under each order a phase may fail as a whole.
            if entity == '' and status == 'F' then
                changed = was ~= 'S' and not less(revision, order) and (not was or less(under, revision))
            end
            local maker = changed and id or before[1] and string.sub(before[1], 3) or '00000000-0000-0000-0000-000000000000'
            if changed then
                local set = {'v', (now[2] or 0) + 1}
                local function put(field, value)
                    set[#set + 1] = field
                    set[#set + 1] = value
                end
                if entity == '' then
                    whole, under = status, revision
                    put('b:' .. phase, status)
                    put('r:' .. phase, revision)
                elseif status == 'S' then
                    completed = completed + 1
                    put('c:' .. phase, completed)
                end
                if entity ~= '' and (status == 'F' or was == 'F') then
                    failed = failed + (status == 'F' and 1 or -1)
                    put('f:' .. phase, failed)
                end
                if entity ~= '' and not before[2] then
                    known = known + 1
                    put('n', known)
                    redis.call('HSET', items, item, status .. ':' .. id, '/' .. entity, '1')
                else
                    redis.call('HSET', items, item, status .. ':' .. id)
                end
                if spent ~= '' then
                    -- A number of Lua has 53 bits only.
                    redis.call('HINCRBY', meta, 'e:' .. phase, spent)
                    energy, reports = redis.call('HGET', meta, 'e:' .. phase), reports + 1
                    put('k:' .. phase, reports)
                end
                if began ~= '' and (first == '' or tonumber(began) < tonumber(first)) then
                    first = began
                    put('s:' .. phase, first)
                end
                if ended ~= '' and (last == '' or tonumber(ended) > tonumber(last)) then
                    last = ended
                    put('l:' .. phase, last)
                end
                redis.call('HSET', meta, unpack(set))
            end
            if whole == 'F' and less(under, order) then whole = '' end
            local total = math.max(tonumber(now[3] or 0), known)
            if changed or (maker == id and lost == '1') then
                redis.call('XADD', outbox, '*', 'report', id, 'event', event, 'trace', now[5] or '',
                    'after', table.concat({completed, failed, total, whole, energy, reports, first, last}, ','))
            end
            live(meta, items, milliseconds)
            return {changed and 'changed' or 'none', completed, failed, total, whole, maker, energy, tostring(reports), first, last}
        end

        function calls.define(meta, items, outbox, milliseconds, id, expected, lost, trace, revision, ...)
            local now = redis.call('HMGET', meta, 'run', 'x', 'o')
            if now[1] ~= run then return {'load'} end
            if tonumber(expected) > tonumber(now[2] or 0) then redis.call('HSET', meta, 'x', expected) end
            if trace ~= '' then redis.call('HSET', meta, 't', trace) end
            local isNew, isLater = redis.call('HSETNX', items, ':' .. id, '1') == 1, less(now[3] or '0', revision)
            if isLater then redis.call('HSET', meta, 'o', revision) end
            if isNew or isLater then redis.call('HINCRBY', meta, 'v', 1) end
            if isNew or lost == '1' then
                for _, event in ipairs({...}) do redis.call('XADD', outbox, '*', 'definition', id, 'event', event) end
            end
            live(meta, items, milliseconds)
            return {'ok'}
        end

        local answers, at = {}, 1
        for i = 1, #KEYS - 2, 3 do
            local count = ARGV[at]
            answers[#answers + 1] = calls[ARGV[at + 1]](KEYS[i], KEYS[i + 1], KEYS[i + 2], unpack(ARGV, at + 2, at + count))
            at = at + count + 1
        end
        return answers
        """;

    /// <summary>
    /// KEYS: loading, staged. ARGV: the loader's token, milliseconds that it lives without a sign. Gives the run of the
    /// server, or nothing while another loader holds the key.
    /// </summary>
    public const string Begin =
        """
        if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return false end
        redis.call('UNLINK', KEYS[2])
        return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
        """;

    /// <summary>
    /// Brings a piece of the items, which nobody reads until all are there. KEYS: loading, staged. ARGV: the loader's token,
    /// milliseconds that it and the piece live, fields and values. Gives 0 when the loader no longer holds the key.
    /// </summary>
    public const string Stage =
        """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        redis.call('HSET', KEYS[2], unpack(ARGV, 3))
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        redis.call('PEXPIRE', KEYS[2], ARGV[2])
        return 1
        """;

    /// <summary>
    /// Makes the items that were brought the batch, for its loader only. KEYS: meta, items, loading, staged. ARGV: the loader's token, the run of
    /// the server that <see cref="Begin"/> gave, milliseconds to live, number of items, fields and values of meta. Gives 0
    /// when another loader holds the key; when an item is missing, because the server was restarted meanwhile; or when
    /// another has loaded the batch already: then what was read from PostgreSQL may be older than what others wrote here.
    /// The last case is that of a loader that took the key, which was free again, on an old answer "load".
    /// </summary>
    public const string Load =
        """
        if redis.call('GET', KEYS[3]) ~= ARGV[1] then return 0 end
        local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
        if run ~= ARGV[2] or redis.call('HLEN', KEYS[4]) ~= tonumber(ARGV[4]) or redis.call('HGET', KEYS[1], 'run') == run then
            redis.call('UNLINK', KEYS[3], KEYS[4])
            return 0
        end
        redis.call('UNLINK', KEYS[1], KEYS[2])
        if ARGV[4] ~= '0' then redis.call('RENAME', KEYS[4], KEYS[2]) end
        for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
        redis.call('HSET', KEYS[1], 'run', 'loading:' .. ARGV[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        redis.call('PEXPIRE', KEYS[2], ARGV[3])
        return 1
        """;

    /// <summary>
    /// Gives the batch to everybody. KEYS: meta, loading. ARGV: the loader's token, the run of the server that
    /// <see cref="Begin"/> gave. Gives 0 when the loader no longer holds the key, or the server was restarted meanwhile.
    /// </summary>
    public const string Finish =
        Run +
        """
        if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
        redis.call('UNLINK', KEYS[2])
        if run ~= ARGV[2] or redis.call('HGET', KEYS[1], 'run') ~= 'loading:' .. ARGV[1] then return 0 end
        redis.call('HSET', KEYS[1], 'run', run)
        return 1
        """;
}
