# Counts the primes up to limit among the numbers of this part, by trial division.
# Of three parts the second takes 2, 5, 8 and so on, so the parts are about equally long.
BEGIN {
    count = 0
    for (n = part; n <= limit; n += parts) {
        if (n < 2) continue
        prime = n == 2 || n % 2 == 1
        for (d = 3; prime && d * d <= n; d += 2)
            if (n % d == 0) prime = 0
        count += prime
    }
    printf "part %d of %d: %d primes up to %d\n", part, parts, count, limit
}
